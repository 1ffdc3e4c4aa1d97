/** An answer that is not a success. `code` is the stable code of the host, or what went wrong with the request. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

const TOKEN = 'ai-console-token';

/** The token of this tab. Without one, the session of the application counts. */
export const token = {
  get: (): string | null => sessionStorage.getItem(TOKEN),
  set: (value: string): void => sessionStorage.setItem(TOKEN, value),
  remove: (): void => sessionStorage.removeItem(TOKEN),
};

/**
 * Calls the host that serves the page. `path` is below its prefix: `api/v1/jobs`. Throws an `ApiError`, except for the
 * statuses in `also`.
 */
export async function call<T>(
  method: 'GET' | 'POST',
  path: string,
  body?: object,
  also: readonly number[] = [],
): Promise<T> {
  const held = token.get();
  const headers = {
    ...(held === null ? {} : { authorization: `Bearer ${held}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  let response: Response;
  try {
    response = await fetch(`../${path}`, { method, headers, ...sent });
  } catch {
    throw new ApiError(0, 'host_unreachable');
  }
  const text = await response.text();
  const json: unknown = text === '' ? undefined : parsed(text);
  const { detail } = Object(json) as { detail?: unknown };
  if (response.ok || (also.includes(response.status) && detail === undefined)) return json as T;
  throw new ApiError(response.status, typeof detail === 'string' ? detail : `http_${response.status}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `?module=a&limit=50`, without what is empty. */
export function query(values: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  const parameters = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return given.length === 0 ? '' : `?${parameters}`;
}

export const STATUSES = ['pending', 'processing', 'completed', 'failed', 'cancelled'] as const;
export type JobStatus = (typeof STATUSES)[number];

export interface Job {
  readonly job_id: string;
  readonly module: string;
  readonly status: JobStatus;
  readonly user_id: string;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly failed_at: string | null;
  readonly cancelled_at: string | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly last_error_code: string | null;
  readonly next_attempt_at: string | null;
  readonly progress_percent: number;
  readonly attempt: number;
}

export interface JobDetails extends Job {
  readonly input_data: object;
  readonly options: object;
  readonly output_data: object | null;
  readonly metadata: object | null;
}

export interface DeadLetter {
  readonly id: string;
  readonly module: string;
  readonly event: string;
  readonly event_id: string;
  readonly source_module: string;
  readonly correlation_id: string;
  readonly occurred_at: string;
  readonly dead_at: string;
  readonly attempt: number;
  readonly error_code: string;
  readonly data?: object;
}

export interface ModuleList {
  readonly modules: readonly {
    readonly name: string;
    readonly version: string;
    readonly description: string;
    readonly author: string;
    readonly status: 'ready' | 'failed' | 'disabled';
  }[];
  readonly errors: Readonly<Record<string, string>>;
}

export interface Health {
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  readonly last_check: string;
  readonly metrics: Readonly<Record<string, unknown>>;
}

export interface Setting {
  readonly key: string;
  readonly value: unknown;
  readonly source: 'environment' | 'manifest' | 'default';
  readonly variable: string;
  readonly description: string | null;
}
