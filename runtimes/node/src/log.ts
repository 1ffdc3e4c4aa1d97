import type { FastifyBaseLogger } from 'fastify';
import { InvalidValue } from './errors.ts';

/** Structured log; `child({ module })` adds fields to every line. */
export type Log = FastifyBaseLogger;

/** An error as it may be logged; `message` is its code, if it has one, or what does not fit a type. */
export interface LoggedError {
  readonly [field: string]: unknown;
  readonly type: string;
  readonly message: string;
  readonly stack: string;
}

const FRAMES = 8;

/** Says what an error is and where it comes from, but not its text: that may repeat keys, addresses or what users sent. */
export function describeError(error: unknown): LoggedError {
  const { stack = '', code, status, cause } = Object(error) as Error & { code?: unknown; status?: unknown };
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  return {
    type: Object(error).constructor.name,
    message: error instanceof InvalidValue ? error.message : String(code ?? ''),
    stack: frames.slice(0, FRAMES).join('\n'),
    ...(status !== undefined && { status }),
    ...(cause !== undefined && { cause: describeError(cause) }),
  };
}

/** The texts of an error and its causes, for those that hold no secrets: what is wrong with a module's own files. */
export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${textOf(error.cause)}`;
}
