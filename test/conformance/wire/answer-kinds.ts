import type { Answer, ApiRequest } from './send.ts';
import { type Shape, ShapeOf } from './shape.ts';

/** The wire format of one kind of answer. */
export interface AnswerShape {
  readonly headers: readonly string[];
  readonly body: Shape;
  /** The problems of a 422, each with its location. */
  readonly problems: readonly string[];
}

/** By endpoint, status and code. */
export type WireFormat = Readonly<Record<string, AnswerShape>>;

const routes = [
  ...[
    '/health',
    '/livez',
    '/readyz',
    '/dead-letters',
    '/dead-letters/replay',
    '/dead-letters/{id}',
    '/dead-letters/{id}/replay',
    '/api/v1/configuration/{id}',
    '/api/v1/jobs',
    '/api/v1/jobs/retry',
    '/api/v1/jobs/{id}',
    '/api/v1/jobs/{id}/cancel',
    '/api/v1/jobs/{id}/retry',
    '/api/v1/events',
    '/api/v1/test/events',
    '/api/v1/modules/list',
    '/api/v1/modules/N/health',
  ],
  ...[
    'process',
    'status/{id}',
    'list',
    'cancel/{id}',
    'retry/{id}',
    'result/{id}',
    'admin/stats',
    'reindex',
    'documents/{id}',
  ].map((tail) => `/api/v1/modules/N/${tail}`),
].map((route) => [route, new RegExp(`^${route.replace('/N/', '/\\w+/').replace('{id}', '[^/]+')}$`)] as const);

/** Maps and user or provider data: their keys are not part of the wire format. */
const open = ['$.errors', '$.output_data', '$.events[].data', '$.detail[].loc', '$.metrics.reasons'];
const openOf: Readonly<Record<string, readonly string[]>> = {
  'GET /api/v1/configuration/{id} 200': ['$.settings[].value'],
  'GET /api/v1/jobs/{id} 200': ['$.input_data', '$.options', '$.metadata'],
  'POST /api/v1/jobs/retry 200': ['$.skipped'],
  'GET /dead-letters/{id} 200': ['$.data'],
  'GET /health 200': ['$.modules'],
  'GET /health 503': ['$.modules'],
};

interface Kind {
  readonly body: ShapeOf;
  readonly problems: Set<string>;
  readonly headers: Set<string>;
}

/** Sorts every answer of a run by endpoint and status, and every event by name. */
export class AnswerKinds {
  readonly #kinds = new Map<string, Kind>();

  take(request: ApiRequest, answer: Answer): void {
    const path = request.path.split('?')[0] ?? '';
    // Stacks may differ in whether an escaped slash separates path segments.
    if (/%2f/i.test(path)) return;
    const route = routes.find(([, pattern]) => pattern.test(path))?.[0];
    // All unknown paths get the same answer.
    const name = route === undefined ? 'any other path' : `${request.method} ${route}`;
    if (route === undefined && answer.status < 400) return;
    const { detail } = (answer.json ?? {}) as { detail?: unknown };
    const kind = this.#kind(`${name} ${answer.status}${typeof detail === 'string' ? ` ${detail}` : ''}`);
    kind.body.add(answer.json);
    for (const header of headersOf(answer)) kind.headers.add(header);
    for (const problem of problemsOf(detail)) kind.problems.add(problem);
    if (route === '/api/v1/test/events' && answer.status === 200) this.#takeEvents(answer.json);
  }

  format(): WireFormat {
    const entries = [...this.#kinds].map(([name, { body, problems, headers }]) => {
      return [name, { headers: [...headers].sort(), body: body.shape(), problems: [...problems].sort() }] as const;
    });
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #kind(name: string): Kind {
    const kind = this.#kinds.get(name) ?? {
      body: new ShapeOf([...open, ...(openOf[name] ?? [])]),
      problems: new Set(),
      headers: new Set(),
    };
    this.#kinds.set(name, kind);
    return kind;
  }

  #takeEvents(json: unknown): void {
    for (const event of (json as { events: ReadonlyArray<{ name: string; data: unknown }> }).events) {
      const verb = /\.(started|progress|completed|failed|cancelled)$/.exec(event.name)?.[1];
      if (verb !== undefined) this.#kind(`event NS.${verb}`).body.add(event.data);
    }
  }
}

function headersOf({ headers }: Answer): string[] {
  const type = headers['content-type']?.split(';')[0];
  const named = ['location', 'allow'].filter((name) => headers[name] !== undefined);
  const exact = ['retry-after', 'www-authenticate'].flatMap((name) => headers[name] && `${name}: ${headers[name]}`);
  return [
    ...(type === undefined ? [] : [`content-type: ${type}`]),
    ...named,
    ...exact.filter((it) => it !== undefined),
  ];
}

function problemsOf(detail: unknown): string[] {
  if (!Array.isArray(detail)) return [];
  return (detail as Array<{ type: string; loc: unknown[] }>).map(({ type, loc }) => `${type} at ${loc.join('.')}`);
}
