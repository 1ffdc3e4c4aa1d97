// Generated from the types in manifest.yaml: change them there, then run create-ai-module update.
import { integer, text, z } from 'ai-module-runtime';

export const Currency = z.enum(['EUR', 'GBP', 'USD']);
export type Currency = z.output<typeof Currency>;

export const Line = z.strictObject({
  text: text({ minLength: 1 }),
  quantity: z.number().gt(0),
  unit_price: z.number(),
  amount: z.number(),
});
export type Line = z.output<typeof Line>;

export const Totals = z.strictObject({
  net: z.number(),
  tax: z.number().default(0),
  gross: z.number(),
});
export type Totals = z.output<typeof Totals>;

export const Problem = z.strictObject({
  kind: z.enum(['line_amount', 'net_total', 'gross_total', 'no_lines', 'no_number']),
  text: z.string(),
});
export type Problem = z.output<typeof Problem>;

export const Entry = z.strictObject({
  job_id: text({ format: 'uuid' }),
  number: z.string().optional(),
  supplier: z.string().optional(),
  dated: text({ format: 'date' }).optional(),
  currency: Currency,
  gross: z.number(),
  booked_at: text({ format: 'date-time' }),
});
export type Entry = z.output<typeof Entry>;

export const Input = z.strictObject({
  text: text({ minLength: 1, maxLength: 100_000 }),
});
export type Input = z.output<typeof Input>;

export const Options = z.strictObject({
  /** If the text names none. */
  currency: Currency.default('EUR'),
});
export type Options = z.output<typeof Options>;

export const Output = z.strictObject({
  number: z.string().optional(),
  supplier: z.string().optional(),
  dated: text({ format: 'date' }).optional(),
  currency: Currency,
  lines: z.array(Line),
  totals: Totals,
  problems: z.array(Problem),
});
export type Output = z.output<typeof Output>;

export const CheckInput = z.strictObject({
  lines: z.array(Line).min(1),
  totals: Totals,
});
export type CheckInput = z.output<typeof CheckInput>;

export const CheckOutput = z.strictObject({
  problems: z.array(Problem),
});
export type CheckOutput = z.output<typeof CheckOutput>;

export const GetLedgerInput = z.strictObject({
  since: text({ format: 'date' }).optional(),
  currency: z.enum(['EUR', 'GBP', 'USD']).optional(),
  limit: integer().min(1).max(100).default(20),
});
export type GetLedgerInput = z.output<typeof GetLedgerInput>;

export const GetLedgerOutput = z.strictObject({
  entries: z.array(Entry),
});
export type GetLedgerOutput = z.output<typeof GetLedgerOutput>;

export const ScanCompleted = z.looseObject({
  user_id: z.string(),
  text: z.string(),
});
export type ScanCompleted = z.output<typeof ScanCompleted>;

/** A value that fits Input. */
export const sample: Input = {
  text: 'Paper & Co\nInvoice INV-17\n2026-01-31\n2 x Paper A4 @ 4.50 = 9.00\nTotal EUR 9.00',
};

/** A value that fits Options. */
export const sampleOptions: Options = { currency: 'EUR' };

/** A value that fits Output. */
export const sampleOutput: Output = {
  number: 'Number',
  supplier: 'Supplier',
  dated: '2026-01-31',
  currency: 'EUR',
  lines: [{ text: 'Paper A4', quantity: 2, unit_price: 4.5, amount: 9 }],
  totals: { net: 9, tax: 0, gross: 9 },
  problems: [{ kind: 'line_amount', text: 'Text' }],
};

/** A value that fits CheckInput. */
export const checkSample: CheckInput = {
  lines: [{ text: 'Paper A4', quantity: 2, unit_price: 4.5, amount: 9 }],
  totals: { net: 9, tax: 0, gross: 9 },
};

/** A value that fits CheckOutput. */
export const checkSampleOutput: CheckOutput = { problems: [{ kind: 'line_amount', text: 'Text' }] };

/** A value that fits GetLedgerInput. */
export const getLedgerSample: GetLedgerInput = { since: '2026-01-31', currency: 'EUR', limit: 20 };

/** A value that fits GetLedgerOutput. */
export const getLedgerSampleOutput: GetLedgerOutput = {
  entries: [
    {
      job_id: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
      number: 'Number',
      supplier: 'Supplier',
      dated: '2026-01-31',
      currency: 'EUR',
      gross: 1,
      booked_at: '2026-01-31T12:00:00Z',
    },
  ],
};

/** A value that fits ScanCompleted. */
export const scanCompletedSample: ScanCompleted = { user_id: 'User id', text: 'Text' };

/** Identifies the types in manifest.yaml that this file was generated from. */
export const fingerprint = '961d5a04';
