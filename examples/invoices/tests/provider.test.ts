import { testRun } from 'ai-module-runtime/testing';
import { describe, expect, it } from 'vitest';
import { LocalProvider } from '../provider.ts';
import { Output, sample, sampleOptions } from '../schemas.ts';

const invoice = `
  Paper & Co
  Invoice no. INV-2026-017
  Date: 2026-01-31

  2 x Paper A4, 500 sheets @ 4.50 = 9.00
  1.5 x Support @ 80.00
  1 × Desk @ 1,200.00 = 1,200.00

  Net            1,329.00
  VAT 19 %         252.51
  Total          £1,581.51`;

describe('the local provider', () => {
  const read = (text: string, options = sampleOptions) => new LocalProvider().run({ text }, testRun(options));

  it('returns what the manifest declares', async () => {
    for (const text of [sample.text, invoice, 'nothing'])
      expect(Output.safeParse(await read(text)).error).toBeUndefined();
  });

  it('reads an invoice', async () => {
    expect(await read(invoice)).toEqual({
      number: 'INV-2026-017',
      supplier: 'Paper & Co',
      dated: '2026-01-31',
      currency: 'GBP',
      lines: [
        { text: 'Paper A4, 500 sheets', quantity: 2, unit_price: 4.5, amount: 9 },
        { text: 'Support', quantity: 1.5, unit_price: 80, amount: 120 },
        { text: 'Desk', quantity: 1, unit_price: 1200, amount: 1200 },
      ],
      totals: { net: 1329, tax: 252.51, gross: 1581.51 },
      problems: [],
    });
  });

  it.each([
    ['line_amount', invoice.replace('= 9.00', '= 9.50').replace('1,329.00', '1,329.50').replace('581.51', '582.01')],
    ['net_total', invoice.replace('1,329.00', '1,330.00').replace('581.51', '582.51')],
    ['gross_total', invoice.replace('£1,581.51', '£1,581.50')],
    ['no_number', invoice.replace('Invoice no. INV-2026-017', '')],
    ['no_lines', 'Invoice 1\nTotal 5.00'],
  ])('finds the problem %s', async (kind, text) => {
    expect((await read(text)).problems.map((problem) => problem.kind)).toEqual([kind]);
  });

  it('takes the currency of the options if the text names none', async () => {
    expect(await read('1 x Pen @ 2.00', { currency: 'USD' })).toMatchObject({ currency: 'USD' });
  });
});
