import { describe, expect, it } from 'vitest';
import type { CodeFacts } from '../../../src/core/code/facts.ts';
import { readCode } from '../../../src/core/code/read-code.ts';

/**
 * The facts of files by path, without positions: routes with their guards, `?` if there may be more, `~` before
 * uncertain values.
 */
function factsOf(files: Readonly<Record<string, string>>) {
  const facts = readCode(new Map(Object.entries(files)), 'ocr');
  if (!facts) throw new Error('no code');
  const names = (aspect: 'permissions' | 'published' | 'handled' | 'settings' | 'tables') =>
    facts[aspect].map(({ name, isSure }) => `${isSure ? '' : '~'}${name}`);
  return {
    routes: facts.routes.map(
      ({ method, path, permissions, isGuardKnown, isSure }) =>
        `${isSure ? '' : '~'}${method} ${path} ${[...new Set(permissions)].join(' ')}${isGuardKnown ? '' : '?'}`,
    ),
    permissions: names('permissions'),
    published: names('published'),
    handled: names('handled'),
    settings: names('settings'),
    tables: names('tables'),
    unclear: Object.entries(facts.unclear).flatMap(([aspect, places]) =>
      places.map((place) => textAt(facts, aspect, place)),
    ),
    broken: facts.broken.map(({ file }) => file),
  };
}

function textAt(
  { texts }: CodeFacts,
  aspect: string,
  { file, from, to }: { file: string; from: number; to: number },
): string {
  return `${aspect}: ${texts.get(file)?.slice(from, to)}`;
}

const head =
  "import type { FastifyInstance } from 'fastify';\nimport { requirePermission } from 'ai-module-runtime';\n";
const app = (body: string) => `${head}export async function routes(app: FastifyInstance) {\n${body}\n}\n`;
const router = `from fastapi import APIRouter, Depends
from app.core.permissions import CurrentUser, requires, require_permission
router = APIRouter()
`;

describe('routes of Fastify', () => {
  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      'app.route',
      { 'a.ts': app("app.route({ method: 'GET', url: '/a/:b', preHandler: requirePermission('ocr:read') });") },
      ['GET /a/{b} ocr:read'],
    ],
    [
      'methods of the app',
      {
        'a.ts': app(
          "app.get('/a', { onRequest: [requirePermission('ocr:read')] }, async () => 1);\napp.post<{ Body: B }>('/b', async () => 1);",
        ),
      },
      ['GET /a ocr:read', 'POST /b '],
    ],
    [
      'several methods',
      { 'a.ts': app("app.route({ method: ['GET', 'POST'], path: '/a', handler });") },
      ['GET /a ', 'POST /a '],
    ],
    [
      'constants, template literals and sums',
      {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: part of the code under test
        'a.ts': `${app("const base = '/a';\napp.get(`${base}/:id`, f);\napp.put(base + '/b', f); app.delete(paths.c, f);")}const paths = { c: '/c' } as const;`,
      },
      ['GET /a/{id} ', 'PUT /a/b ', 'DELETE /c '],
    ],
    [
      'names of other files of the module',
      {
        'a.ts': `import { can } from './guards.js';\nimport * as paths from './paths';\n${app('app.get(paths.list, { preValidation: can.read }, f);')}`,
        'guards.ts':
          "import { requirePermission as needs } from '#p';\nimport { Permission } from './names.ts';\nexport const can = { read: needs(Permission.Read) };",
        'names.ts': "export enum Permission { Read = 'ocr:read' }",
        'paths.ts': "export { list } from './more.ts';",
        'more.ts': "export const list = '/list';",
      },
      ['GET /list ocr:read'],
    ],
    [
      'a prefix',
      {
        'a.ts':
          `${app("app.register(admin, { prefix: '/admin' });\napp.register(async (sub) => { sub.get('/x', f); }, { prefix: '/v' });")}async function admin(app) { app.get('/stats', f); }`.replace(
            '(sub)',
            '(sub: FastifyInstance)',
          ),
      },
      ['GET /v/x ', 'GET /admin/stats '],
    ],
    [
      'a hook for all routes',
      { 'a.ts': app("app.addHook('preValidation', requirePermission('ocr:read'));\napp.get('/a', f);") },
      ['GET /a ocr:read'],
    ],
    [
      'shared options',
      {
        'a.ts': app(
          "const guarded = { preValidation: requirePermission('ocr:read') };\napp.get('/a', { ...guarded, schema }, f);\napp.get('/b', guarded, f);",
        ),
      },
      ['GET /a ocr:read', 'GET /b ocr:read'],
    ],
    ['a guard from another file', { 'a.ts': app("app.get('/a', { preHandler: app.auth }, f);") }, ['GET /a ?']],
    [
      'a guard of one route',
      {
        'a.ts': `${app("app.get('/a', { preHandler: reading }, f);")}async function reading(request, reply) { await requirePermission('ocr:read')(request, reply); }`,
      },
      ['GET /a ocr:read'],
    ],
    [
      'nested plugins, registered in any way',
      {
        'a.ts': `import more from './more.ts';\nimport { stats } from './stats.ts';\n${app("app.addHook('onRequest', requirePermission('ocr:read'));\napp.register(more, { prefix: '/v' });")}`,
        'more.ts': `${head}import { stats } from './stats.ts';\nexport default async function more(app: FastifyInstance) { stats(app); const { get } = app; get('/x', f); app.register(async (sub: FastifyInstance) => { sub.withTypeProvider<Z>().get('/y', f); }, { prefix: '/w' }); }`,
        'stats.ts': `${head}export function stats(app: FastifyInstance) { app.get('/stats', f); }`,
      },
      ['GET /v/x ocr:read', 'GET /v/w/y ocr:read', 'GET /v/stats ocr:read'],
    ],
    [
      'permissions checked in the handler or in a hook',
      {
        'a.ts': app(
          "app.get('/a', async (request) => { await requirePermission('ocr:read')(request); });\napp.get('/b', async (request) => { request.user.mayDo('ocr:read'); });\napp.get('/c', { config: { needs: ['ocr:read'] } }, f);",
        ),
      },
      ['GET /a ocr:read', 'GET /b ?', 'GET /c ?'],
    ],
    [
      'what may be no route, or another one',
      {
        'a.ts': app(
          "client.route({ method: 'GET', url: '/a' });\nlist.forEach((f) => { f.get('/b', {}, handler); });\nthis.server.route({ method: 'GET', url: '/c' });",
        ),
      },
      ['~GET /a ?', '~GET /b ?', '~GET /c ?'],
    ],
    [
      'a plugin that is unknown or registered twice, and may add a prefix',
      {
        'a.ts': `import { other, twice } from './b.ts';\n${app("app.register(wrapped(other), { prefix: '/v' });\napp.register(twice, { prefix: '/1' });\napp.register(twice, { prefix: '/2' });\napp.get('/a', f);")}`,
        'b.ts': `${head}export async function other(app: FastifyInstance) { app.get('/b', f); }\nexport async function twice(app: FastifyInstance) { app.get('/c', f); }`,
      },
      ['GET /a ', '~GET /b ?'],
    ],
  ])('%s', (_, files, routes) => expect(factsOf(files)).toMatchObject({ routes, broken: [] }));

  it('expects more routes from unknown code', () => {
    const text = app(
      "paths.forEach(app.get);\naddMore(app);\nawait app.register(import('./more.ts'));\nrender(reply);",
    );
    expect(factsOf({ 'a.ts': text }).unclear).toEqual([
      'routes: paths.forEach(app.get)',
      'routes: addMore(app)',
      "routes: app.register(import('./more.ts'))",
    ]);
  });

  it('ignores other objects with such methods', () => {
    const text = app(
      "const m = new Map(); m.get('/a'); client.post('/b', {}); cache.delete('/c', 1); headers.get('/d', e);",
    );
    expect(factsOf({ 'a.ts': text })).toMatchObject({ routes: [], unclear: [] });
  });

  it('ignores comments and strings', () => {
    const text = app("// app.get('/a', f);\n/* app.get('/b', f); */\nconst s = \"app.get('/c', f)\";");
    expect(factsOf({ 'a.ts': text })).toMatchObject({ routes: [], unclear: [] });
  });

  it('marks computed values as unclear', () => {
    expect(
      factsOf({ 'a.ts': app("for (const path of paths()) app.get(path, f);\napp.get(env('X') + '/a', f);") }),
    ).toMatchObject({
      routes: [],
      unclear: ['routes: app.get(path, f)', "routes: app.get(env('X') + '/a', f)"],
    });
  });
});

describe('routes of FastAPI', () => {
  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      'dependencies of the decorator',
      { 'a.py': `${router}@router.get("/a/{b}", dependencies=[requires("ocr:read")])\nasync def f(b: str): ...\n` },
      ['GET /a/{b} ocr:read'],
    ],
    [
      'Depends and Security',
      {
        'a.py': `${router}@router.post("/a", dependencies=[Depends(require_permission("ocr:create"))])\ndef f(): ...\n`,
      },
      ['POST /a ocr:create'],
    ],
    [
      'a parameter',
      {
        'a.py': `${router}@router.get("/a")\ndef f(user: CurrentUser = Depends(require_permission("ocr:read"))): ...\n@router.get("/b")\ndef g(user: Annotated[User, Depends(require_permission("ocr:read"))]): ...\n`,
      },
      ['GET /a ocr:read', 'GET /b ocr:read'],
    ],
    [
      'a name for the guard',
      {
        'a.py': `${router}from .guards import CanRead, Names\n@router.get("/a", dependencies=[CanRead])\ndef f(): ...\n@router.get("/b", dependencies=[requires(Names.READ)])\ndef g(): ...\n@router.get("/c", dependencies=[requires(Names.READ.value)])\ndef h(): ...\n`,
        'guards.py':
          'from app.core.permissions import requires as needs\nfrom enum import StrEnum\nclass Names(StrEnum):\n    READ = "ocr:read"\nCanRead = needs(Names.READ)\n',
      },
      ['GET /a ocr:read', 'GET /b ocr:read', 'GET /c ocr:read'],
    ],
    [
      'constants and f-strings',
      {
        'a.py': `${router}from . import names\nBASE = "/a"\n@router.get(f"{BASE}/{{id}}")\ndef f(): ...\n@router.put(BASE + "/b")\ndef g(): ...\n@router.delete(names.C)\ndef h(): ...\n@router.patch("/x" "/y")\ndef i(): ...\n`,
        'names.py': 'C = "/c"\n',
      },
      ['GET /a/{id} ', 'PUT /a/b ', 'DELETE /c ', 'PATCH /x/y '],
    ],
    [
      'the module by its full name',
      {
        'a.py': `${router}from app.ai.modules.ocr.names import C\n@router.get(C)\ndef f(): ...\n`,
        'names.py': 'C = "/c"\n',
      },
      ['GET /c '],
    ],
    [
      'api_route and add_api_route',
      {
        'a.py': `${router}@router.api_route("/a", methods=["GET", "POST"])\ndef f(): ...\nrouter.add_api_route("/b", f, methods=["DELETE"], dependencies=[requires("ocr:delete")])\n`,
      },
      ['GET /a ', 'POST /a ', 'DELETE /b ocr:delete'],
    ],
    [
      'a router with a prefix and guards',
      {
        'a.py':
          'from fastapi import APIRouter\nfrom .admin import router as admin\nrouter = APIRouter(prefix="/v")\nrouter.include_router(admin, prefix="/admin")\n@router.get("/a")\ndef f(): ...\n',
        'admin.py':
          'from fastapi import APIRouter\nfrom app.core.permissions import requires\nrouter = APIRouter(dependencies=[requires("ocr:admin")])\n@router.get("/stats")\ndef g(): ...\n',
      },
      ['GET /v/a ', 'GET /v/admin/stats ocr:admin'],
    ],
    [
      'a guard from another file',
      {
        'a.py': `${router}from app.core.auth import only_friends, check_auth\n@router.get("/a", dependencies=[Depends(only_friends)])\ndef f(): ...\n@router.get("/b")\ndef g(user=Depends(check_auth)): ...\n`,
      },
      ['GET /a ?', 'GET /b ?'],
    ],
    [
      'a dependency that contains a guard',
      {
        'a.py': `${router}def get_job(user=Depends(require_permission("ocr:read"))): ...\n@router.get("/a")\ndef f(job=Depends(get_job)): ...\n`,
      },
      ['GET /a ocr:read'],
    ],
    [
      'permissions checked in the body or by another decorator',
      {
        'a.py': `${router}@router.get("/a")\ndef f(user):\n    require_permission(user, "ocr:read", reason="it reads")\n@router.get("/b")\ndef g(user):\n    if not user.can("ocr:read"): raise Denied\n@router.get("/c")\n@permission_required("ocr:read")\ndef h(): ...\n@router.get("/d")\n@protected\ndef i(): ...\nrouter.add_api_route("/e", service.list)\n`,
      },
      ['GET /a ocr:read?', 'GET /b ?', 'GET /c ocr:read', 'GET /d ?', 'GET /e ?'],
    ],
    [
      'another name for a method of the router',
      { 'a.py': `${router}get = router.get\n@get("/a")\ndef f(): ...\n` },
      ['GET /a '],
    ],
    [
      'what may be no route, or another one',
      {
        'a.py': `${router}@cache.get("/a")\ndef f(): ...\ndef add(to):\n    @to.get("/b")\n    def g(): ...\nmade = make_router("/v")\n@made.get("/c")\ndef h(): ...\n`,
      },
      ['~GET /a ?', '~GET /b ?', '~GET /c ?'],
    ],
    [
      'routers that are included by unknown code, or twice',
      {
        'a.py': `${router}from .b import other, twice\nfor one in [other]:\n    router.include_router(one, prefix="/v")\nrouter.include_router(twice, prefix="/1")\nrouter.include_router(twice, prefix="/2")\n@router.get("/a")\ndef f(): ...\n`,
        'b.py': `from fastapi import APIRouter\nother = APIRouter()\ntwice = APIRouter()\n@other.get("/b")\ndef g(): ...\n@twice.get("/c")\ndef h(): ...\n`,
      },
      ['GET /a ', '~GET /b ?'],
    ],
  ])('%s', (_, files, routes) => expect(factsOf(files)).toMatchObject({ routes, broken: [] }));

  it('expects more routes from unknown code', () => {
    const text = `${router}router.include_router(shared)\nrouter.mount("/x", app)\nrouter.routes.append(Route("/y"))\nadd_crud(router)\nget = partial(router.get, tags=[])\n@endpoint("/z")\ndef f(): ...\n`;
    expect(factsOf({ 'a.py': text }).unclear).toEqual([
      'routes: endpoint("/z")',
      'routes: router.include_router(shared)',
      'routes: router.mount("/x", app)',
      'routes: router.routes.append(Route("/y"))',
      'routes: add_crud(router)',
      'routes: partial(router.get, tags=[])',
    ]);
  });

  it('marks computed values as unclear', () => {
    const text = `${router}@router.get(path_of("a"))\ndef f(): ...\nPATH = "/b"\nfor PATH in paths():\n    router.add_api_route(PATH, f)\n`;
    expect(factsOf({ 'a.py': text })).toMatchObject({
      routes: [],
      unclear: ['routes: router.get(path_of("a"))', 'routes: router.add_api_route(PATH, f)'],
    });
  });
});

describe('routes of the runtime', () => {
  it.each<[string, string, string, boolean, readonly string[], readonly string[]]>([
    [
      'in TypeScript',
      'a.ts',
      app(`await app.register(jobRoutes(service));
app.route(endpoint(service, 'POST /preview', { input: PreviewInput, handler }));
app.route(endpoint(service, '/analyse'));
app.route(endpoint(service, entry));`).replace('{ requirePermission }', '{ endpoint, jobRoutes }'),
      true,
      ['POST /preview ?', 'POST /analyse ?'],
      ['routes: endpoint(service, entry)'],
    ],
    [
      'in Python, with one that is written by hand',
      'a.py',
      `from ai_module_runtime import endpoint, job_routes, requires
def routes(service):
    router = job_routes(service)
    router.include_router(endpoint(service, "GET /lines/{line_id}", service.lines))
    @router.get("/more", dependencies=[requires("ocr:read")])
    async def more(): ...
    return router
`,
      true,
      ['GET /lines/{line_id} ?', 'GET /more ocr:read'],
      [],
    ],
    [
      'not with functions of the same name',
      'a.ts',
      `${head}import { endpoint, jobRoutes } from './own.ts';\nendpoint(service, 'POST /preview'); jobRoutes(service);`,
      false,
      [],
      [],
    ],
  ])('%s', (_, path, text, servesJobs, routes, unclear) => {
    expect(readCode(new Map([[path, text]]), 'ocr')?.servesJobs).toBe(servesJobs);
    expect(factsOf({ [path]: text })).toMatchObject({ routes, unclear });
  });
});

describe('events', () => {
  it.each<[string, Readonly<Record<string, string>>, Partial<ReturnType<typeof factsOf>>]>([
    [
      'TypeScript',
      {
        'a.ts': `${head}const E = { done: 'ocr.done' } as const;\nexport function f(events: ModuleEvents) { events.on('user.deleted', h); void events.publish(E.done, {}); }`,
      },
      { published: ['ocr.done'], handled: ['user.deleted'] },
    ],
    [
      'a member of the class',
      {
        'a.ts': `${head}class S { constructor(private readonly events: ModuleEvents) {} run() { return this.events.publish(\`ocr.\${'done'}\`, {}); } }`,
      },
      { published: ['ocr.done'] },
    ],
    [
      'other emitters',
      { 'a.ts': `${head}stream.on('data', f); process.on('exit', f); socket.publish('x');` },
      { published: [], handled: [], unclear: [] },
    ],
    [
      'other emitters with similar names',
      { 'a.ts': `${head}watcher.on('file.changed', f); redis.publish('a.b', x);` },
      { published: ['~a.b'], handled: ['~file.changed'], unclear: [] },
    ],
    [
      'another name for a method of the bus',
      {
        'a.ts': `${head}export function f(events: ModuleEvents) { const { on } = events; on('user.deleted', h); const emit = events.publish.bind(events); }`,
      },
      { handled: ['user.deleted'], unclear: ['published: events.publish.bind(events)'] },
    ],
    [
      'a bus that is passed on',
      {
        'a.ts': `${head}export function f(events: ModuleEvents) { subscribeAll(events); own(events); }\nfunction own(e) {}`,
      },
      { unclear: ['published: subscribeAll(events)', 'handled: subscribeAll(events)'] },
    ],
    [
      'events of the module’s own',
      {
        'a.ts': `${head}import { OwnEvent } from 'ai-module-runtime';\nexport const approved = new OwnEvent('ocr.page.approved', Approved);\nvoid approved.publish(service, {});`,
      },
      { published: ['ocr.page.approved'], unclear: [] },
    ],
    [
      'events of the module’s own in Python, with a computed name',
      {
        'a.py':
          'from ai_module_runtime import OwnEvent\napproved = OwnEvent("ocr.approved", Approved)\nother = OwnEvent(name(), Other)\n',
      },
      { published: ['ocr.approved'], unclear: ['published: name()'] },
    ],
    [
      'a class of the same name',
      { 'a.ts': `${head}import { OwnEvent } from './own.ts';\nnew OwnEvent('ocr.approved');` },
      { published: [] },
    ],
    [
      'a computed name',
      { 'a.ts': `${head}export function f(events: ModuleEvents) { events.on(name(), h); }` },
      { handled: [], unclear: ['handled: name()'] },
    ],
    [
      'Python',
      {
        'a.py':
          'from fastapi import x\nDONE = "ocr.done"\nasync def f(bus):\n    await bus.publish(DONE, {})\n    await bus.publish(event_name="ocr.more", data={})\ndef register(bus):\n    @bus.on("user.deleted", group="ocr")\n    async def g(event): ...\n    bus.on("file.uploaded", group="ocr")(g)\n',
      },
      { published: ['ocr.done', 'ocr.more'], handled: ['user.deleted', 'file.uploaded'] },
    ],
  ])('%s', (_, files, facts) => expect(factsOf(files)).toMatchObject(facts));
});

it.each<[string, string, string, readonly (readonly [startsJobs: boolean, takesData: boolean])[]]>([
  [
    'TypeScript',
    'a.ts',
    `${head}export function f(events: ModuleEvents) {
  events.on('a.a', (event) => service.startFromEvent(event));
  events.on('a.b', service.startFromEvent);
  events.on('a.c', (event) => log(event));
  events.on('a.d', Type, async () => { await service.startProcessing({ input_data: {} }, user); });
  events.on('a.e', (event) => service.startFromEvent(event, undefined, options));
  events.on('a.f', (event) => service.startFromEvent(event, { text: event.data.name }));
}`,
    [
      [true, true],
      [true, true],
      [false, false],
      [true, false],
      [true, true],
      [true, false],
    ],
  ],
  [
    'Python',
    'a.py',
    `from ai_module_runtime import ModuleEvents
def f(events: ModuleEvents, service):
    @events.on("a.a")
    async def one(event):
        await service.start_from_event(event)
    events.on("a.b")(service.start_from_event)
    @events.on("a.c")
    async def two(event):
        log(event)
    @events.on("a.d")
    async def three(event):
        await service.start_from_event(event, input_data={"text": "a"})
    @events.on("a.e")
    async def four(event):
        await service.start_from_event(event, None, options)
`,
    [
      [true, true],
      [true, true],
      [false, false],
      [true, false],
      [true, true],
    ],
  ],
])('finds the handlers that start jobs in %s', (_, path, text, starts) => {
  const { handled } = readCode(new Map([[path, text]]), 'ocr') ?? { handled: [] };
  expect(handled.map(({ name, startsJobs, takesData }) => [name, startsJobs, takesData])).toEqual(
    starts.map((one, index) => [`a.${'abcdef'[index]}`, ...one]),
  );
});

it.each([
  ['a.ts', `${head}class S { override async startFromEvent(event) {} }\nevents.on('a.a', service.startFromEvent);`],
  ['a.py', 'from ai_module_runtime import x\nasync def start_from_event(e): ...\nevents.on("a.a")(s.start_from_event)'],
])('knows in %s that a service may choose the input itself', (path, text) =>
  expect(readCode(new Map([[path, text]]), 'ocr')?.handled).toMatchObject([{ startsJobs: true, takesData: false }]),
);

it.each([
  [
    'TypeScript',
    'a.ts',
    `import { JobService, Provider } from 'ai-module-runtime';
class A extends JobService<Config, Input, Record<string, unknown>, { a: string }> {}
export class B extends Provider {}
class C extends B {}`,
  ],
  [
    'Python',
    'a.py',
    `from ai_module_runtime import JobService, Provider
class A(JobService[Config, Input, Record<string, unknown>, { a: string }]): ...
class B(Provider): ...
class C(B): ...
`.replace('Record<string, unknown>, { a: string }', 'dict[str, Any], "Output"'),
  ],
])('finds classes that derive from generic classes in %s', (_, path, text) => {
  const { derived } = readCode(new Map([[path, text]]), 'ocr') ?? { derived: [] };
  const inner = path.endsWith('.py') ? ['dict[str, Any]', '"Output"'] : ['Record<string, unknown>', '{ a: string }'];
  expect(derived.map(({ base, args }) => [base, args])).toEqual([
    ['JobService', ['Config', 'Input', ...inner]],
    ['Provider', []],
  ]);
});

describe('settings', () => {
  it.each<[string, Readonly<Record<string, string>>, Partial<ReturnType<typeof factsOf>>]>([
    [
      'an object',
      {
        'a.ts': `${head}import { BaseConfig } from '#b';\nexport const Config = BaseConfig.extend({ a: z.string(), 'b': z.int() }).strict().extend({ c });`,
      },
      { settings: ['a', 'b', 'c'] },
    ],
    [
      'nested objects',
      {
        'a.ts': `${head}import { BaseConfig as Base } from '#b';\nimport { more } from './m.ts';\nexport const Config = Base.extend({ ...more, b: 1 });`,
        'm.ts': 'export const more = { a: 1 };',
      },
      { settings: ['b', 'a'] },
    ],
    [
      'values that cannot be determined',
      {
        'a.ts': `${head}import { BaseConfig } from '#b';\nexport const Config = BaseConfig.extend({ ...more(), [key]: 1 });`,
      },
      { settings: [], unclear: ['settings: { ...more(), [key]: 1 }'] },
    ],
    [
      'a class',
      {
        'a.py':
          'from fastapi import x\nfrom app.ai.module_config import ModuleConfig as Base\nclass Mixin(Base):\n    a: int = 1\nclass OcrConfig(Mixin):\n    model_config = S(x=1)\n    kinds: ClassVar[int] = 1\n    _hidden: int = 0\n    b: str\n    def c(self): ...\n',
      },
      { settings: ['a', 'b', 'a'] },
    ],
    [
      'other ways to extend an object',
      {
        'a.ts': `${head}import { BaseConfig } from '#b';\nexport const A = z.extend(BaseConfig, { a: z.int() });\nexport const B = z.object({ ...BaseConfig.shape, b: 1 });\nexport const C = A.pick({ a: true }).extend({ c: 1 });\nexport const D = mixed(BaseConfig);`,
      },
      {
        settings: ['a', 'b', '~c'],
        unclear: ['settings: A.pick({ a: true })', 'settings: mixed(BaseConfig)'],
      },
    ],
    [
      'code that may add settings to a class',
      {
        'a.py':
          'from fastapi import x\nfrom app.ai.module_config import ModuleConfig\nfrom app.more import Search\nclass A(Search, ModuleConfig):\n    LIMIT: Final = 3\n    a: int = 1\nB = create_model("B", __base__=A)\n',
      },
      { settings: ['a'], unclear: ['settings: Search', 'settings: create_model("B", __base__=A)'] },
    ],
    [
      'a class with the name of its base',
      {
        'a.py':
          'from fastapi import x\nfrom app.ai.module_config import ModuleConfig\nclass ModuleConfig(ModuleConfig):\n    a: int = 1\n',
      },
      { settings: ['a'] },
    ],
  ])('%s', (_, files, facts) => expect(factsOf(files)).toMatchObject(facts));
});

describe('tables', () => {
  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      'TypeScript',
      {
        'a.ts': `${head}const base = 'ocr';\nexport const jobs = jobsTable(\`\${base}_jobs\`); const pages = pgTable('pages', {}); const other = pgTable(name(), {});`,
      },
      ['ocr_jobs', 'pages'],
    ],
    [
      'Python',
      {
        'a.py':
          'from fastapi import x\nclass Job(JobRow, table=True):\n    __tablename__ = "ocr_jobs"\nclass Page(SQLModel, table=True): ...\nclass Other(Job): ...\nlinks = Table("links", metadata)\n',
      },
      ['ocr_jobs', 'page', 'links'],
    ],
  ])('%s', (_, files, tables) => expect(factsOf(files).tables).toEqual(tables));
});

it('ignores code of other frameworks', () => {
  expect(readCode(new Map([['a.ts', "app.get('/a', f);"]]), 'ocr')).toBeUndefined();
  expect(readCode(new Map(), 'ocr')).toBeUndefined();
});

it('reports a file that does not parse, unless it contains nothing relevant', () => {
  expect(factsOf({ 'a.ts': app("app.get('/a', f);\n)}("), 'b.ts': 'const = =' })).toMatchObject({ broken: ['a.ts'] });
});

it.each<[string, Readonly<Record<string, string>>]>([
  [
    'TypeScript',
    {
      'a.ts': `import data from './x.json' with { type: 'json' };\n${app("app.get('/a', f);")}type A = typeof import('./x.ts');\ntype B<T> = T extends infer U extends string ? U : never;\nexport { x as default, type Y } from './z.ts';`,
    },
  ],
  [
    'Python',
    {
      'a.py': `${router}async def g():\n    async with (a() as b, c as d):\n        match b:\n            case B() | C(x=1): x = yield\n@router.get("/a")\ndef f(): ...\n`,
    },
  ],
])('parses %s syntax that is newer than its grammar', (_, files) => {
  expect(factsOf(files)).toMatchObject({ routes: ['GET /a '], broken: [] });
});

it.each([
  `${router}with open(x) as f\n`,
  `${router}with (open(x as f:\n    pass\n`,
  `${router}with a as b:\n    x = (1,\n    ] y\n`,
])('does not parse %j', (text) => {
  expect(factsOf({ 'a.py': text }).broken).toEqual(['a.py']);
});

it('takes a string without its end for a syntax error', () => {
  const text = `${router}@router.get("/a")\ndef f():\n    """Without an end.\n`;
  expect(factsOf({ 'a.py': text })).toMatchObject({ broken: ['a.py'] });
  expect(factsOf({ 'a.py': `${text}"""\nb = ''\nc = rb'x'\n` })).toMatchObject({ broken: [] });
});

it('terminates on circular imports', () => {
  const files = {
    'a.ts': `${head}import { b } from './b.ts';\nexport const a = b;\napp.route({ method: 'GET', url: a });`,
    'b.ts': "import { a } from './a.ts';\nexport const b = a;\nexport * from './a.ts';",
  };
  expect(factsOf(files)).toMatchObject({ routes: [] });
});

const circular = `${head}import { BaseConfig } from '#b';\n`;
const event = `${router}from ai_module_runtime import OwnEvent\n`;

it.each([
  ['a.ts', `${circular}const A = A.extend({ a: 1 });`],
  ['a.ts', `${circular}const A = z.extend(A, { a: 1 });`],
  ['a.ts', `${circular}const app = app.withTypeProvider();\napp.get('/a', f);`],
  ['a.ts', `${circular}const a = b.x(); const b = a.y(); a.get('/x', f); a.on('x.y', g); a.extend({ c: 1 });`],
  ['a.ts', `${circular}const f = f(); f.register(f); f(f);`],
  ['a.ts', `${circular}const a = [a]; const o = { p: o, ...o }; app.route(o); requirePermission(a); g({ config: o });`],
  ['a.ts', `${circular}function more(app) { app.register(more, { prefix: '/x' }); app.get('/y', f); }`],
  [
    'a.ts',
    `${circular}const p = p + '/x'; app.get(p, f); export function r(app: FastifyInstance) { app.get(p, { config: p, preHandler: p }, p); }`,
  ],
  [
    'a.ts',
    `${circular}const o = { ...p }; const p = { ...o }; export function r(app: FastifyInstance) { app.route(o); app.register(x, o); BaseConfig.extend(o); requirePermission(o.x); }`,
  ],
  ['a.ts', `${circular}const C = BaseConfig.extend({ ...C.shape, a: 1 }); const D = BaseConfig.extend(D.shape);`],
  [
    'a.ts',
    `${circular}const on = on.bind(on); on('a.b'); const events = events.x; events.on('a.b', f); subscribe(events);`,
  ],
  [
    'a.ts',
    `${circular}const t = \`\${t}/x\`; const s = s + t; jobsTable(s); pgTable(t); app.get(t, { preHandler: [t, s] }, t);`,
  ],
  [
    'a.ts',
    `${circular}const g1 = [g2]; const g2 = [g1]; export async function r(app: FastifyInstance) { app.get('/a', { preHandler: g1, config: { g1 } }, g2); app.addHook('onRequest', g1); }`,
  ],
  [
    'a.py',
    `${event}router = APIRouter()\nrouter.include_router(router, prefix="/x")\n@router.get("/a")\ndef f(): ...\n`,
  ],
  [
    'a.py',
    `${event}a = APIRouter()\nb = APIRouter()\na.include_router(b)\nb.include_router(a)\n@a.get("/a")\ndef f(): ...\n`,
  ],
  ['a.py', `${event}class A(B): ...\nclass B(A): ...\nasync def f(x: A):\n    await x.publish("a.b")\n`],
  ['a.py', `${event}a = a.b()\na.publish("x.y")\na.get("/x")\n`],
  [
    'a.py',
    `${event}def dep(x=Depends(dep)): ...\nrouter = APIRouter()\n@router.get("/a", dependencies=[Depends(dep)])\ndef f(x=Depends(dep)): ...\n`,
  ],
  ['a.py', `${event}class C(C, ModuleConfig):\n    a: int = 1\n`],
  ['a.py', `${event}D = [*D, D]\nrouter = APIRouter(dependencies=D)\n@router.get("/a")\ndef f(): ...\n`],
  ['a.ts', `${circular}const deep = ${'['.repeat(20_000)};`],
  ['a.ts', `${circular}const long = ${Array.from({ length: 20_000 }, () => "'a'").join(' + ')};`],
  ['a.py', `${event}deep = ${'('.repeat(20_000)}\n`],
  ['a.py', `${event}long = ${Array.from({ length: 20_000 }, () => '"a"').join(' + ')}\n`],
])('terminates: %s %#', (path, text) => expect(readCode(new Map([[path, text]]), 'ocr')).toBeDefined());
