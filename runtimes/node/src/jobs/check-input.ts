import { isDeeperThan } from '../http/depth.ts';
import { InvalidRequest, MAX_DEPTH, NOT_JSON, TOO_DEEP, tooLong } from '../http/invalid-request.ts';
import { hasOnlyUsableText } from '../http/json.ts';
import type { WorkRequest } from './run.ts';

/** Checks what comes from any entry point: depth, text and size. Throws an `InvalidRequest`. */
export function checkInput({ input_data, options }: WorkRequest, maxBytes: number): void {
  const values = [input_data, options];
  if (values.some((value) => isDeeperThan(value, MAX_DEPTH)))
    throw new InvalidRequest([{ ...TOO_DEEP, loc: ['body', 'input_data'] }]);
  if (!values.every(hasOnlyUsableText)) throw new InvalidRequest([NOT_JSON]);
  const bytes = values.reduce((sum, value) => sum + Buffer.byteLength(JSON.stringify(value)), 0);
  if (bytes > maxBytes) throw tooLong(['body', 'input_data'], maxBytes);
}
