import { AsyncLocalStorage } from 'node:async_hooks';
import type { FastifyBaseLogger, FastifyLoggerOptions } from 'fastify';
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

const fieldsOfLines = new AsyncLocalStorage<Readonly<Record<string, unknown>>>();

/** Calls `action`, and adds fields to every line that is logged meanwhile, such as `request_id`. */
export function withLogFields<T>(fields: Readonly<Record<string, unknown>>, action: () => T): T {
  return fieldsOfLines.run({ ...fieldsOfLines.getStore(), ...fields }, action);
}

/** JSON lines as those of the Python runtime: `level`, `time`, `message` and fields. */
export function loggerOptions(level: string): FastifyLoggerOptions & Record<string, unknown> {
  return {
    level,
    base: null,
    messageKey: 'message',
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeError },
    mixin: (_line: object, _level: number, log: { bindings(): object }) => {
      // What a child logger adds is not written twice.
      return fieldsWithout(log.bindings()) ?? {};
    },
  };
}

function fieldsWithout(...own: readonly object[]): Record<string, unknown> | undefined {
  const fields = Object.entries(fieldsOfLines.getStore() ?? {}).filter(
    ([name]) => !own.some((each) => Object.hasOwn(each, name)),
  );
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}

const LEVELS: ReadonlySet<unknown> = new Set(['fatal', 'error', 'warn', 'info', 'debug', 'trace']);

/** The logger of an application, whose lines have the fields of `withLogFields` too. */
export function withFields(log: Log, own: object = {}): Log {
  return new Proxy(log, {
    get(target, name) {
      if (name === 'child')
        return (bindings: object, options?: object) =>
          withFields(target.child(bindings, options), { ...own, ...bindings });
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      if (!LEVELS.has(name)) return value.bind(target);
      return (...line: unknown[]) => {
        // A child, because a line may be anything that the logger knows how to write, such as an error.
        const fields = fieldsWithout(own, Object(line[0]));
        const logger = fields === undefined ? target : target.child(fields);
        logger[name as 'info'](...(line as [string]));
      };
    },
  });
}

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
