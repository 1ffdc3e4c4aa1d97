import type * as z from 'zod';
import { checkType } from '../check-type.ts';
import type { JsonObject } from '../engine/store.ts';
import { InvalidValue, PermanentError } from '../errors.ts';
import { isDeeperThan } from '../http/depth.ts';
import { InvalidRequest, MAX_DEPTH, NOT_JSON, TOO_DEEP, tooLong } from '../http/invalid-request.ts';
import { hasOnlyUsableText, UNPAIRED_SURROGATE } from '../http/json.ts';
import type { WorkRequest } from './run.ts';
import { InputData, JsonDocument } from './schemas.ts';

/** What `schemas.ts` of a module exports. */
export interface ModuleSchemas<Input = unknown, Options = unknown, Output = unknown> {
  readonly Input: z.ZodType<Input>;
  readonly Options: z.ZodType<Options>;
  readonly Output: z.ZodType<Output>;
  /** Identifies the types in the manifest that they were generated from. */
  readonly fingerprint?: string | undefined;
}

/** The schemas of a module without types. */
export const UNTYPED: ModuleSchemas = { Input: InputData, Options: JsonDocument, Output: JsonDocument };
const untyped: ReadonlySet<unknown> = new Set(Object.values(UNTYPED));

/** Whether a schema has something to check in a JSON object. */
export function hasType(schema: z.ZodType): boolean {
  return !untyped.has(schema);
}

/**
 * Checks what comes from any entry point: depth, text, types and size. Returns it with the defaults of the types. Throws an
 * `InvalidRequest`.
 */
export function checkInput(
  { input_data, options }: { readonly input_data: unknown; readonly options: unknown },
  schemas: ModuleSchemas,
  maxBytes: number,
): WorkRequest {
  const values = [input_data, options];
  if (values.some((value) => isDeeperThan(value, MAX_DEPTH)))
    throw new InvalidRequest([{ ...TOO_DEEP, loc: ['body', 'input_data'] }]);
  if (!values.every((value) => hasOnlyUsableText(value))) throw new InvalidRequest([NOT_JSON]);
  const request = checkTypes({ input_data, options }, schemas);
  checkSize(Object.values(request), ['body', 'input_data'], maxBytes);
  return request;
}

/** The values with the defaults of their types. Throws an `InvalidRequest`. */
export function checkTypes(
  { input_data, options }: { readonly input_data: unknown; readonly options: unknown },
  schemas: ModuleSchemas,
): WorkRequest {
  const input = checked(schemas.Input, input_data, 'input_data');
  const chosen = checked(schemas.Options, options, 'options');
  const problems = [...input.problems, ...chosen.problems];
  if (problems.length > 0) throw new InvalidRequest(problems);
  return { input_data: input.value as JsonObject, options: chosen.value as JsonObject };
}

/** Throws an `InvalidRequest` if the values together have more than `maxBytes` as JSON. */
export function checkSize(values: readonly unknown[], loc: readonly string[], maxBytes: number): void {
  const bytes = values.reduce<number>((sum, value) => sum + Buffer.byteLength(JSON.stringify(value)), 0);
  if (bytes > maxBytes) throw tooLong(loc, maxBytes);
}

/**
 * The output with the defaults of its type. Checks the type, then the text. Throws `output_invalid`, whose cause says what is
 * wrong, without the value.
 */
export function checkOutput<T>(schema: z.ZodType<T>, output: unknown): T {
  const result = hasType(schema) ? checkType(schema, output) : { ok: true as const, value: output as T };
  if (!result.ok) throw outputInvalid(new InvalidValue(result.problems));
  if (!hasOnlyUsableText(result.value, UNPAIRED_SURROGATE))
    throw outputInvalid(new Error('a string with an unpaired surrogate'));
  return result.value;
}

function outputInvalid(cause: Error): PermanentError {
  return new PermanentError('output_invalid', { cause });
}

function checked(schema: z.ZodType, value: unknown, part: string) {
  if (!hasType(schema)) return { value, problems: [] };
  const result = checkType(schema, value);
  if (result.ok) return { value: result.value, problems: [] };
  return {
    value,
    problems: result.problems.map(({ loc, ...problem }) => ({ loc: ['body', part, ...loc], ...problem })),
  };
}
