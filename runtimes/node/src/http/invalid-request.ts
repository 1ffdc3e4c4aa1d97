import type { FastifySchemaCompiler } from 'fastify';
import type * as z from 'zod';
import { isDeeperThan } from './depth.ts';

/** One thing that is wrong with a request. */
export interface RequestProblem {
  /** Where: the part of the request, then the path inside it. */
  readonly loc: ReadonlyArray<string | number>;
  readonly msg: string;
  readonly type: string;
}

/** A request that is not understood: 422, with everything that is wrong in one of its parts. */
export class InvalidRequest extends Error {
  readonly detail: readonly RequestProblem[];

  constructor(detail: readonly RequestProblem[]) {
    super('invalid request');
    this.detail = detail;
  }
}

export function tooLong(loc: RequestProblem['loc'], maxBytes: number): InvalidRequest {
  return new InvalidRequest([{ loc, msg: `is longer than ${maxBytes} bytes`, type: 'too_long' }]);
}

export const NOT_JSON: RequestProblem = { loc: ['body'], msg: 'is not valid JSON', type: 'json_invalid' };

/** A body of `null`, which Fastify passes to validators for an absent body as well. */
export const IS_NULL: RequestProblem = { loc: ['body'], msg: 'must be an object', type: 'dict_type' };

export const MAX_DEPTH = 100;

export const TOO_DEEP: RequestProblem = {
  loc: ['body'],
  msg: `is nested more than ${MAX_DEPTH} levels deep`,
  type: 'too_deep',
};

const PARTS: Readonly<Record<string, string>> = {
  body: 'body',
  params: 'path',
  querystring: 'query',
  headers: 'header',
};

/** Lets Fastify check requests with zod. */
export const compileValidator: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart = 'body' }) => {
  const part = PARTS[httpPart] ?? httpPart;
  return (data) => {
    if (part === 'body' && isDeeperThan(data, MAX_DEPTH)) return { error: new InvalidRequest([TOO_DEEP]) };
    const parsed = schema.safeParse(data ?? undefined, { reportInput: true });
    if (parsed.success) return { value: parsed.data };
    return { error: new InvalidRequest(onePerPlace(parsed.error.issues).flatMap((issue) => problemsOf(issue, part))) };
  };
};

/** The first problem of each place. That an integer is beyond ±(2^53 − 1) counts only if it is in the range of the schema. */
function onePerPlace(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  const places = new Map<string, z.core.$ZodIssue>();
  for (const issue of issues) {
    const place = JSON.stringify(issue.path.map(String));
    const found = places.get(place);
    if (found === undefined || 'note' in found) places.set(place, issue);
  }
  return [...places.values()];
}

function problemsOf(issue: z.core.$ZodIssue, part: string): RequestProblem[] {
  const loc = [part, ...issue.path.map((key) => (typeof key === 'number' ? key : String(key)))];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ loc: [...loc, key], msg: 'is not a known property', type: 'extra_forbidden' }));
  }
  const type = typeOf(issue, part);
  const ofType = issue.code === 'custom' && typeof issue.params?.msg === 'string' ? issue.params.msg : undefined;
  return [{ loc, msg: ofType ?? messageFor(type, issue), type }];
}

/** The same sentences as in the hosts in other languages; zod's own for types that are not common to them. */
function messageFor(type: string, issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_small' && type === 'greater_than_equal') return `must be at least ${issue.minimum}`;
  if (issue.code === 'too_big' && type === 'less_than_equal') return `must be at most ${issue.maximum}`;
  if (issue.code === 'too_small' && type === 'too_short') return `must have at least ${count(issue.minimum, issue)}`;
  if (issue.code === 'too_big' && type === 'too_long') return `must have at most ${count(issue.maximum, issue)}`;
  if (issue.code === 'invalid_value') return `must be ${listOf(issue.values)}`;
  return MESSAGES[type] ?? issue.message;
}

function count(number: number | bigint, { origin }: { readonly origin: string }): string {
  return `${number} ${origin === 'string' ? 'character' : 'item'}${Number(number) === 1 ? '' : 's'}`;
}

function listOf(values: readonly unknown[]): string {
  const quoted = values.map((value) => (typeof value === 'string' ? `'${value}'` : String(value)));
  const last = quoted.pop() ?? '';
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`;
}

const MESSAGES: Readonly<Record<string, string>> = {
  missing: 'is missing',
  dict_type: 'must be an object',
  list_type: 'must be a list',
  bool_type: 'must be true or false',
  int_type: 'must be an integer',
  int_parsing: 'must be an integer',
  string_type: 'must be a string',
  string_pattern_mismatch: 'has an invalid format',
  uuid_parsing: 'must be a UUID',
};

/** The same vocabulary as the hosts in other languages use. */
function typeOf(issue: z.core.$ZodIssue, part: string): string {
  if (issue.code === 'invalid_type') return wrongType(issue, part);
  if (issue.code === 'too_small') return tooSmall(issue);
  if (issue.code === 'too_big')
    return issue.origin === 'number' || issue.origin === 'int' ? 'less_than_equal' : 'too_long';
  if (issue.code === 'invalid_value') return 'enum';
  if (issue.code === 'invalid_format') return FORMATS[issue.format] ?? 'value_error';
  if (issue.code === 'custom')
    return issue.input === undefined && issue.params?.msg === undefined
      ? 'missing'
      : String(issue.params?.type ?? 'value_error');
  return 'value_error';
}

function tooSmall(issue: z.core.$ZodIssueTooSmall): string {
  if (issue.origin !== 'number' && issue.origin !== 'int') return 'too_short';
  return issue.inclusive === false ? 'greater_than' : 'greater_than_equal';
}

function wrongType(issue: z.core.$ZodIssueInvalidType, part: string): string {
  if (issue.input === undefined) return 'missing';
  const type = TYPES[issue.expected] ?? `${issue.expected}_type`;
  return type === 'int_type' && part !== 'body' ? 'int_parsing' : type;
}

const FORMATS: Readonly<Record<string, string>> = {
  guid: 'uuid_parsing',
  uuid: 'uuid_parsing',
  regex: 'string_pattern_mismatch',
};
const TYPES: Readonly<Record<string, string>> = {
  object: 'dict_type',
  record: 'dict_type',
  array: 'list_type',
  boolean: 'bool_type',
  int: 'int_type',
  number: 'int_type',
};
