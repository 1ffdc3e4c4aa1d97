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
  return new InvalidRequest([{ loc, msg: `Longer than ${maxBytes} bytes`, type: 'too_long' }]);
}

export const NOT_JSON: RequestProblem = { loc: ['body'], msg: 'The body is not valid JSON', type: 'json_invalid' };

const MAX_DEPTH = 100;

const TOO_DEEP: RequestProblem = {
  loc: ['body'],
  msg: `Nested more than ${MAX_DEPTH} levels deep`,
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
    return { error: new InvalidRequest(parsed.error.issues.flatMap((issue) => problemsOf(issue, part))) };
  };
};

function problemsOf(issue: z.core.$ZodIssue, part: string): RequestProblem[] {
  const loc = [part, ...issue.path.map((key) => (typeof key === 'number' ? key : String(key)))];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ loc: [...loc, key], msg: 'Unknown field', type: 'extra_forbidden' }));
  }
  return [{ loc, msg: issue.message, type: typeOf(issue, part) }];
}

/** The same vocabulary as the hosts in other languages use. */
function typeOf(issue: z.core.$ZodIssue, part: string): string {
  if (issue.code === 'invalid_type') return wrongType(issue, part);
  if (issue.code === 'too_small') return tooSmall(issue);
  if (issue.code === 'too_big')
    return issue.origin === 'number' || issue.origin === 'int' ? 'less_than_equal' : 'too_long';
  if (issue.code === 'invalid_value') return 'enum';
  if (issue.code === 'invalid_format') return FORMATS[issue.format] ?? 'value_error';
  if (issue.code === 'custom') return String(issue.params?.type ?? 'value_error');
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

const FORMATS: Readonly<Record<string, string>> = { guid: 'uuid_parsing', uuid: 'uuid_parsing' };
const TYPES: Readonly<Record<string, string>> = {
  object: 'dict_type',
  record: 'dict_type',
  array: 'list_type',
  boolean: 'bool_type',
  int: 'int_type',
  number: 'int_type',
};
