import type { Attributes, Context, Span } from '@opentelemetry/api';
import { withLogFields } from './log.ts';
import { SettingsError } from './settings.ts';

type Api = typeof import('@opentelemetry/api');

/** Headers that name a trace and a span in it, such as `traceparent`. */
export type TraceHeaders = Readonly<Record<string, unknown>>;

/** What a span is. */
export interface SpanOptions {
  readonly kind: 'server' | 'producer' | 'consumer' | 'internal';
  readonly attributes?: Readonly<Record<string, string | number>>;
  /** What the span is part of. `undefined`: nothing. By default the span that is active. */
  readonly parent?: TraceHeaders | undefined;
}

/** OpenTelemetry, if traces are on. Without it the functions of this file call `action` and do nothing else. */
let api: Api | undefined;

const NAME = 'ai-module-runtime';
const HINT = 'AI_TRACES is on: install @opentelemetry/api and @opentelemetry/sdk-node';

/**
 * Records traces from now on. Unless the application has set OpenTelemetry up, its SDK is started, which reads the
 * `OTEL_` variables. Throws a `SettingsError` if the packages are not installed.
 */
export async function enableTraces(): Promise<void> {
  if (api) return;
  try {
    const loaded = await import('@opentelemetry/api');
    if (!hasProvider(loaded)) new (await import('@opentelemetry/sdk-node')).NodeSDK().start();
    api = loaded;
  } catch (error) {
    throw (error as { code?: string }).code === 'ERR_MODULE_NOT_FOUND' ? new SettingsError(HINT) : error;
  }
}

/** Sends the spans that have ended. */
export async function flushTraces(): Promise<void> {
  const provider = api?.trace.getTracerProvider() as { getDelegate?(): object } | undefined;
  const delegate = (provider?.getDelegate?.() ?? {}) as { forceFlush?(): Promise<void> };
  await delegate.forceFlush?.().catch(() => {});
}

export function areTracesOn(): boolean {
  return api !== undefined;
}

/** The active span, for what goes on elsewhere; `undefined` if there is none. */
export function activeTrace(): TraceHeaders | undefined {
  if (api?.trace.getActiveSpan() === undefined) return undefined;
  const headers: Record<string, string> = {};
  api.propagation.inject(api.context.active(), headers);
  return headers;
}

/** A span that has begun. */
export class StartedSpan {
  readonly #api: Api;
  readonly #span: Span;
  readonly #context: Context;

  constructor(loaded: Api, span: Span, context: Context) {
    this.#api = loaded;
    this.#span = span;
    this.#context = loaded.trace.setSpan(context, span);
  }

  /** Calls `action`: spans that begin meanwhile are below this one, and lines of the log have its `trace_id`. */
  in<T>(action: () => T): T {
    const { traceId: trace_id } = this.#span.spanContext();
    return this.#api.context.with(this.#context, () => withLogFields({ trace_id }, action));
  }

  set(attributes: Attributes): void {
    this.#span.setAttributes(attributes);
  }

  /** Marks it as failed. The code says why: texts of errors may repeat what users sent. */
  fail(code: string): void {
    this.#span.setAttribute('error.type', code);
    this.#span.setStatus({ code: this.#api.SpanStatusCode.ERROR });
  }

  end(): void {
    this.#span.end();
  }
}

/** Begins a span; `undefined` while traces are off. */
export function startSpan(name: string, options: SpanOptions): StartedSpan | undefined {
  if (!api) return undefined;
  const { kind, attributes = {} } = options;
  const kinds = api.SpanKind;
  const parent = 'parent' in options ? contextOf(api, options.parent) : api.context.active();
  const spanKind = kinds[kind.toUpperCase() as keyof typeof kinds] as unknown as number;
  return new StartedSpan(
    api,
    api.trace.getTracer(NAME).startSpan(name, { kind: spanKind, attributes }, parent),
    parent,
  );
}

/** Calls `action` in a span, which ends with it. */
export async function inSpan<T>(
  name: string,
  options: SpanOptions,
  action: (span: StartedSpan | undefined) => Promise<T>,
): Promise<T> {
  const span = startSpan(name, options);
  if (!span) return action(undefined);
  try {
    return await span.in(() => action(span));
  } catch (error) {
    const { code } = Object(error) as { code?: unknown };
    span.fail(typeof code === 'string' ? code : Object(error).constructor.name);
    throw error;
  } finally {
    span.end();
  }
}

function contextOf({ propagation, ROOT_CONTEXT }: Api, headers: TraceHeaders = {}): Context {
  return propagation.extract(ROOT_CONTEXT, headers);
}

/** Whether the application has set OpenTelemetry up. The span never ends, so it is never exported. */
function hasProvider({ trace, isSpanContextValid }: Api): boolean {
  return isSpanContextValid(trace.getTracer(NAME).startSpan('').spanContext());
}
