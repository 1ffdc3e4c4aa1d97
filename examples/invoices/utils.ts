import type { Line, Output, Problem, Totals } from './schemas.ts';

const AMOUNT = /\d[\d,]*\.\d{2}/.source;
const LINE = new RegExp(`^(\\d+(?:\\.\\d+)?) ?[x×] (.+?) @ (${AMOUNT})(?: = (${AMOUNT}))?$`, 'i');
const NUMBER = /^invoice(?: (?:no\.?|number))?:? (\S*\d\S*)$/i;
const DATES = /\b\d{4}-\d\d-\d\d\b/g;
const TOTAL = new RegExp(`^(net|vat|tax|total)\\b.*?(${AMOUNT})\\D*$`, 'i');
const SYMBOLS = { '€': 'EUR', '£': 'GBP', $: 'USD' } as const;

/** What the text of an invoice says. Its first line is the supplier. */
export function readInvoice(text: string, defaultCurrency: Output['currency']): Output {
  const rows = text.split('\n').map((row) => row.replaceAll(/\s+/g, ' ').trim());
  const lines = rows.flatMap((row) => readLine(row));
  const supplier = rows.find((row) => row !== '' && !NUMBER.test(row) && !LINE.test(row));
  const number = rows.map((row) => NUMBER.exec(row)?.[1]).find((found) => found !== undefined);
  const dated = text.match(DATES)?.find(isDate);
  const totals = readTotals(rows, lines);
  return {
    ...(number === undefined ? {} : { number }),
    ...(supplier === undefined ? {} : { supplier }),
    ...(dated === undefined ? {} : { dated }),
    currency: readCurrency(text) ?? defaultCurrency,
    lines,
    totals,
    problems: [
      ...(number === undefined ? [{ kind: 'no_number', text: 'The invoice has no number.' } as const] : []),
      ...checkAmounts(lines, totals),
    ],
  };
}

/** The amounts that don't add up. */
export function checkAmounts(lines: readonly Line[], { net, tax, gross }: Totals): Problem[] {
  if (lines.length === 0) return [{ kind: 'no_lines', text: 'The invoice has no lines.' }];
  const problems: Problem[] = [];
  for (const { text, quantity, unit_price, amount } of lines) {
    const expected = rounded(quantity * unit_price);
    if (amount !== expected) problems.push({ kind: 'line_amount', text: `${text}: ${amount} instead of ${expected}` });
  }
  const sum = sumOf(lines);
  if (net !== sum) problems.push({ kind: 'net_total', text: `The lines are ${sum}, not ${net}` });
  if (gross !== rounded(net + tax))
    problems.push({ kind: 'gross_total', text: `Net and tax are ${rounded(net + tax)}, not ${gross}` });
  return problems;
}

function readLine(row: string): Line[] {
  const [, quantity, text = '', price = '', amount] = LINE.exec(row) ?? [];
  if (quantity === undefined || Number(quantity) === 0) return [];
  const line = { text, quantity: Number(quantity), unit_price: amountOf(price) };
  return [{ ...line, amount: amount === undefined ? rounded(line.quantity * line.unit_price) : amountOf(amount) }];
}

/** Totals that the text leaves out follow from the others. */
function readTotals(rows: readonly string[], lines: readonly Line[]): Totals {
  const found = new Map<string, number>();
  for (const row of rows) {
    const [, name = '', amount = ''] = TOTAL.exec(row) ?? [];
    if (name !== '') found.set(name.toLowerCase(), amountOf(amount));
  }
  const tax = found.get('vat') ?? found.get('tax') ?? 0;
  const net = found.get('net') ?? sumOf(lines);
  return { net, tax, gross: found.get('total') ?? rounded(net + tax) };
}

function readCurrency(text: string): Output['currency'] | undefined {
  const found = /\b(?:EUR|GBP|USD)\b|[€£$]/.exec(text)?.[0];
  return found === undefined ? undefined : found in SYMBOLS ? SYMBOLS[found as keyof typeof SYMBOLS] : (found as 'EUR');
}

function isDate(text: string): boolean {
  const moment = new Date(text);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text);
}

function sumOf(lines: readonly Line[]): number {
  return rounded(lines.reduce((sum, { amount }) => sum + amount, 0));
}

function amountOf(text: string): number {
  return Number(text.replaceAll(',', ''));
}

/** To cents. */
function rounded(amount: number): number {
  return Math.round(amount * 100) / 100;
}
