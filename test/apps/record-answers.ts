import type { Environment } from '../conformance/host/host.ts';
import type { UserName } from './application.ts';

export interface RequestOfApp {
  readonly method: string;
  /** `{name}` is the id that an earlier request kept under this name. */
  readonly path: string;
  readonly as?: UserName;
  /** Sent as JSON; a text as it is. */
  readonly body?: unknown;
  readonly headers?: Environment;
  /** Keeps the id of the answer for later paths. */
  readonly keep?: string;
}

export interface Answer {
  readonly request: string;
  readonly status: number;
  readonly headers: Environment;
  readonly body: unknown;
}

/**
 * Sends the requests one after the other, and returns the answers in a form that can be compared: what differs between
 * two runs of one application (times, random ids, tokens) is replaced.
 */
export async function recordAnswers(
  baseUrl: string,
  requests: readonly RequestOfApp[],
  logIn: (user: UserName) => Promise<Environment>,
): Promise<Answer[]> {
  const kept = new Map<string, string>();
  const logins = new Map<UserName, Environment>();
  const answers: Answer[] = [];
  for (const { method, path, as, body, headers = {}, keep } of requests) {
    if (as !== undefined && !logins.has(as)) logins.set(as, await logIn(as));
    const isText = typeof body === 'string';
    const response = await fetch(`${baseUrl}${path.replace(/\{(\w+)\}/g, (_, name) => kept.get(name) ?? '')}`, {
      method,
      redirect: 'manual',
      headers: {
        'accept-encoding': 'identity',
        ...(body === undefined || isText ? {} : { 'content-type': 'application/json' }),
        ...(as === undefined ? {} : logins.get(as)),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (keep !== undefined) kept.set(keep, idIn(text));
    const request = [method, path, ...(as === undefined ? [] : [`as ${as}`])].join(' ');
    answers.push({ request, status: response.status, headers: comparable(response.headers), body: masked(text) });
  }
  return answers;
}

/** The `id` of a body, which may be wrapped in `data`. */
function idIn(text: string): string {
  const body = JSON.parse(text) as { id?: unknown; data?: { id?: unknown } };
  return `${body.data?.id ?? body.id}`;
}

/** Lengths and hashes depend on what is replaced in the body. */
const varying = new Set(['date', 'content-length', 'etag', 'keep-alive', 'x-ratelimit-remaining', 'x-ratelimit-reset']);

function comparable(headers: Headers): Environment {
  return Object.fromEntries(
    [...headers].filter(([name]) => !varying.has(name)).map(([name, value]) => [name, masked(value)]),
  );
}

const masks: ReadonlyArray<readonly [RegExp, string]> = [
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?/g, '<time>'],
  [/\b\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/g, '<time>'],
  [/\bey[\w-]+\.[\w-]+\.[\w-]+/g, '<token>'],
  [/\b[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\b/g, '<id>'],
  [/(?<=\bsessionId=)[^;]+/g, '<session>'],
];

const masked = (text: string): string => masks.reduce((all, [pattern, name]) => all.replace(pattern, name), text);
