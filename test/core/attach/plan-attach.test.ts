import { describe, expect, it } from 'vitest';
import type { AttachChoices, AttachDraft } from '../../../src/core/attach/draft.ts';
import {
  defaultDir,
  dependencyChange,
  detectApplication,
  planAttach,
  refusalOf,
} from '../../../src/core/attach/plan-attach.ts';
import { prefixAfterVariable, prefixInUse } from '../../../src/core/attach/prefix-in-use.ts';
import { diffLines } from '../../../src/core/merge/diff.ts';
import { type App, apps, express, fastapi, fastify, filesOf, nestjs } from './apps.ts';

function draftOf(app: App, more: Partial<AttachChoices> = {}): AttachDraft {
  const files = filesOf(app);
  const found = detectApplication(files)!;
  const entry = found.entries[0]!;
  const user = found.users[0];
  const choices: AttachChoices = {
    entry,
    user,
    admin: user?.admin?.expression,
    database: found.database,
    prefix: '/ai',
    dir: defaultDir(found, entry),
    migrations: 'runtime',
    ...more,
  };
  return planAttach(files, found, choices, 'vendor/runtime.whl');
}

/** The lines that a draft adds to a file; lines that it removes start with a minus. */
function added(app: App, draft: AttachDraft, file: string): string[] {
  const after = draft.edits.find((edit) => edit.file === file)?.after;
  if (after === undefined) return ['not edited'];
  const lines = diffLines(app[file] ?? '', after).flatMap((hunk) => hunk.lines);
  return lines.filter((line) => /^[+-]/.test(line)).map((line) => line.replace(/^\+/, ''));
}

const python = (text: string): App => ({ 'app/__init__.py': '', 'app/main.py': text });

describe('the environment of alembic', () => {
  const env = (text: string) => ({ ...fastapi, 'migrations/env.py': text });
  const file = 'migrations/env.py';

  it.each<[string, string, readonly string[]]>([
    ['is not edited without include_schemas', 'from app.db import engine\n', ['not edited']],
    [
      'leaves out the schema of the modules',
      'from app.db import engine\n\nx = 1\n\n\ndef run():\n    context.configure(\n        include_schemas=True,\n    )\n',
      [
        '',
        'def include_name(name: str | None, kind: str, _parents: object) -> bool:',
        '    """Leave out the tables of the AI modules."""',
        '    return kind != "schema" or name != "ai"',
        '',
        '',
        '        include_name=include_name,',
      ],
    ],
    [
      'leaves it out of a call on one line',
      'import a\n\ncontext.configure(x, include_schemas=True)\n',
      [
        '-context.configure(x, include_schemas=True)',
        '',
        'def include_name(name: str | None, kind: str, _parents: object) -> bool:',
        '    """Leave out the tables of the AI modules."""',
        '    return kind != "schema" or name != "ai"',
        '',
        '',
        'context.configure(x, include_schemas=True, include_name=include_name)',
      ],
    ],
  ])('%s', (_, text, lines) => {
    expect(added(env(text), draftOf(env(text)), file)).toEqual(lines);
  });

  it('is printed if it has a filter of its own', () => {
    const app = env('import a\n\ncontext.configure(include_schemas=True, include_name=mine)\n');
    expect(added(app, draftOf(app), file)).toEqual(['not edited']);
    expect(draftOf(app).printed).toMatchObject([{ file, reason: 'it has a filter of its own' }]);
  });
});

describe('the entry point', () => {
  it.each<[string, App, string, readonly string[]]>([
    ['FastAPI', fastapi, 'app/main.py', ['from app.ai.attachment import attach', 'attach(app)']],
    ['Fastify', fastify, 'src/server.ts', ["import { guest } from './ai/attachment.js'", '  guest.attach(app)']],
    ['Express', express, 'server.js', ["const { guest } = require('./ai/attachment');", 'guest.attach(app);']],
    ['NestJS', nestjs, 'src/main.ts', ["import { guest } from './ai/attachment';", '  guest.attach(app);']],
  ])('of %s gets one import and one call', (_, app, file, lines) => {
    expect(added(app, draftOf(app), file)).toEqual(lines);
  });

  it.each<[string, string, string]>([
    [
      'after the statement',
      'from fastapi import FastAPI\n\napp = FastAPI(\n    title="x",\n)  # comment\nx = 1\n',
      'from fastapi import FastAPI\n\nfrom app.ai.attachment import attach\n\napp = FastAPI(\n    title="x",\n)  # comment\nattach(app)\nx = 1\n',
    ],
    [
      'at the end without a line feed',
      'from fastapi import FastAPI\napp = FastAPI()',
      'from fastapi import FastAPI\n\nfrom app.ai.attachment import attach\napp = FastAPI()\nattach(app)\n',
    ],
    [
      'in a factory',
      'from fastapi import FastAPI\n\n\ndef make() -> FastAPI:\n    app = FastAPI()\n    return app\n',
      'from fastapi import FastAPI\n\nfrom app.ai.attachment import attach\n\n\ndef make() -> FastAPI:\n    app = FastAPI()\n    attach(app)\n    return app\n',
    ],
    [
      'of an attribute',
      'from fastapi import FastAPI\n\n\nclass Server:\n    def __init__(self):\n        self.app = FastAPI()\n',
      'from fastapi import FastAPI\n\nfrom app.ai.attachment import attach\n\n\nclass Server:\n    def __init__(self):\n        self.app = FastAPI()\n        attach(self.app)\n',
    ],
    [
      'in its sorted place',
      'from fastapi import FastAPI\n\nfrom app.a import x\nfrom app.z import y\n\napp = FastAPI()\n',
      'from fastapi import FastAPI\n\nfrom app.a import x\nfrom app.ai.attachment import attach\nfrom app.z import y\n\napp = FastAPI()\nattach(app)\n',
    ],
    [
      'relative like the others',
      'from fastapi import FastAPI\n\nfrom .z import y\n\napp = FastAPI()\n',
      'from fastapi import FastAPI\n\nfrom .ai.attachment import attach\nfrom .z import y\n\napp = FastAPI()\nattach(app)\n',
    ],
    [
      'with another name',
      'from fastapi import FastAPI\n\napp = FastAPI()\n\n\ndef attach(): ...\n',
      'from fastapi import FastAPI\n\nfrom app.ai.attachment import attach as attach_ai\n\napp = FastAPI()\nattach_ai(app)\n\n\ndef attach(): ...\n',
    ],
    [
      'in a group of its own, with the line endings of the file',
      '# About\r\nfrom fastapi import FastAPI\r\n\r\napp = FastAPI()\r\n',
      '# About\r\nfrom fastapi import FastAPI\r\n\r\nfrom app.ai.attachment import attach\r\n\r\napp = FastAPI()\r\nattach(app)\r\n',
    ],
    [
      'with carriage returns',
      'from fastapi import FastAPI\r\n\r\nfrom app.a import x\r\n\r\napp = FastAPI()\r\n',
      'from fastapi import FastAPI\r\n\r\nfrom app.a import x\r\nfrom app.ai.attachment import attach\r\n\r\napp = FastAPI()\r\nattach(app)\r\n',
    ],
    [
      'before a wrapper',
      'from fastapi import FastAPI\n\nfrom app.a import x\n\napp = FastAPI()\napp = x(app)\n',
      'from fastapi import FastAPI\n\nfrom app.a import x\nfrom app.ai.attachment import attach\n\napp = FastAPI()\nattach(app)\napp = x(app)\n',
    ],
  ])('in Python is edited %s', (_, text, after) => {
    expect(draftOf(python(text)).edits.find(({ file }) => file === 'app/main.py')?.after).toBe(after);
  });

  it.each<[string, string, RegExp]>([
    ['returned directly', 'from fastapi import FastAPI\n\n\ndef make():\n    return FastAPI()\n', /no name/],
    ['on a line with others', 'from fastapi import FastAPI\n\nx = 1; app = FastAPI()\n', /no name/],
    ['in a list', 'from fastapi import FastAPI\n\nservers = [FastAPI()]\n', /no name/],
    [
      'made in two branches',
      'from fastapi import FastAPI\n\nif x:\n    app = FastAPI()\nelse:\n    app = FastAPI(debug=True)\n',
      /made at lines 4, 6/,
    ],
    ['that is wrapped at once', 'from fastapi import FastAPI\n\napp = wrap(FastAPI())\n', /no name/],
    [
      'that gets another lifespan later',
      'from fastapi import FastAPI\n\napp = FastAPI()\napp.router.lifespan_context = x\n',
      /lifespan/,
    ],
  ])('in Python is printed, not edited, for an application %s', (_, text, reason) => {
    const { edits, printed } = draftOf(python(text));
    expect(edits).toEqual([]);
    expect(printed).toMatchObject([
      {
        file: 'app/main.py',
        reason: expect.stringMatching(reason),
        lines: [expect.stringContaining('import attach'), expect.stringContaining('attach(')],
      },
    ]);
  });

  it.each<[string, string, readonly string[]]>([
    [
      'directly after it is made, without users',
      "const express = require('express');\nconst app = express();\napp.use(express.json());\n",
      ["const { guest } = require('./ai/attachment');", 'guest.attach(app);'],
    ],
    [
      'after all middleware that knows the user',
      "const express = require('express');\nconst app = express();\napp.use(cookieParser());\napp.use(\n  session({}),\n);\napp.use(express.json());\n",
      ["const { guest } = require('./ai/attachment');", 'guest.attach(app);'],
    ],
  ])('of Express is edited %s', (_, text, lines) => {
    const app = { ...express, 'server.js': text };
    const draft = draftOf(app);
    expect(added(app, draft, 'server.js')).toEqual(lines);
    const after = draft.edits.find(({ file }) => file === 'server.js')?.after ?? '';
    expect(after.indexOf('guest.attach')).toBeLessThan(after.indexOf('app.use(express.json'));
    expect(after.indexOf('guest.attach')).toBeGreaterThan(after.indexOf('session('));
  });

  it.each<[string, readonly string[], string]>([
    ['middleware of all requests', ['app.use(cors());', "app.use('/api', routes);"], 'app.use(cors());'],
    ['a session behind a parser', ['app.use(express.json());', 'app.use(session({}));'], 'app.use(session({}));'],
    ['CORS behind a parser', ['app.use(express.json());', 'app.use(cors());'], 'app.use(cors());'],
    ['CORS behind a route', ["app.get('/', ok);", 'app.use(cors(options));', 'app.use(x);'], 'app.use(cors(options));'],
    ['no CORS of a path', ["app.get('/', ok);", "app.use('/a', cors());"], 'const app = express();'],
    ['the application, before parsers', ['app.use(express.json());', 'app.use(helmet());'], 'const app = express();'],
    ['the application, before routers', ['app.use(router);', 'app.use(helmet());'], 'const app = express();'],
    [
      'middleware, with a server beside it',
      ['const server = createServer(app);', 'app.use(session({}));', "app.get('/', home);"],
      'app.use(session({}));',
    ],
    ['a session behind a route', ["app.get('/health', ok);", 'app.use(session({}));'], 'app.use(session({}));'],
    [
      'middleware, before a router whose name ends in api',
      ['app.use(cors());', 'app.use(publicApi);'],
      'app.use(cors());',
    ],
    ['a limiter', ['app.use(apiLimiter);', 'app.use(router);'], 'app.use(apiLimiter);'],
    ['a chain', ['app.use(cors()).use(session({}));', 'app.use(notFound);'], 'app.use(cors()).use(session({}));'],
    [
      'a function for it',
      ['setUpSession(app);', 'setUpRoutes(app);', 'initErrorMiddleware(app);'],
      'setUpSession(app);',
    ],
    ['a condition', ['if (x) {', '  app.use(cors());', '}', 'listen(app);'], '}'],
  ])('of Express comes after %s', (_, lines, line) => {
    const text = `const express = require('express');\nconst app = express();\n${lines.join('\n')}\n`;
    const after = draftOf({ ...express, 'server.js': text }).edits.find(({ file }) => file === 'server.js')?.after;
    expect(after).toContain(`\n${line}\nguest.attach(app);\n`);
  });

  it.each<[string, string, string, string]>([
    ['in place', '', 'app.use((req, res, next) => {\n  req.user = find(req);\n  next();\n});', ''],
    [
      'declared',
      'function setUser(req, res, next) {\n  req.user = find(req);\n  next();\n}\n',
      'app.use(setUser);',
      '',
    ],
    [
      'imported',
      "const { setUser } = require('./src/users');\n",
      'app.use(setUser);',
      'exports.setUser = (req, res, next) => {\n  req.user = find(req);\n  next();\n};\n',
    ],
  ])('of Express comes after the middleware that sets the user, %s', (_, before, use, users) => {
    const text = `const express = require('express');\n${before}const app = express();\napp.use(express.json());\n${use}\napp.get('/x', x);\n`;
    const app = { ...express, 'server.js': text, ...(users === '' ? {} : { 'src/users.js': users }) };
    const draft = draftOf(app);
    expect(draft.edits.find(({ file }) => file === 'server.js')?.after).toContain(`\n${use}\nguest.attach(app);\n`);
    expect(draft.notes.join('\n')).not.toContain('sets the user of a request');
  });

  it('of Express has a note if the middleware that sets the user runs for some paths only', () => {
    const text =
      "const express = require('express');\nconst { setUser } = require('./src/users');\nconst app = express();\napp.use('/orders', setUser, orders);\n";
    const users = 'exports.setUser = (req, res, next) => {\n  req.user = find(req);\n  next();\n};\n';
    expect(draftOf({ ...express, 'server.js': text, 'src/users.js': users }).notes).toContainEqual(
      expect.stringMatching(/^src\/users\.js:2 sets the user of a request, and was not found to run for every path:/),
    );
  });

  it.each<[string, readonly string[], string]>([
    ['middleware', ['app.use(helmet());', 'app.enableCors();', 'const x = 1;'], 'app.enableCors();'],
    ['functions that set up the application', ['setUp(app);', 'app.get(Config);'], 'setUp(app);'],
  ])('of NestJS comes after %s', (_, lines, line) => {
    const text = [
      "import { NestFactory } from '@nestjs/core';",
      'async function bootstrap() {',
      ...['const app = await NestFactory.create(AppModule);', ...lines, 'await app.listen(3000);'].map(
        (one) => `  ${one}`,
      ),
      '}',
      'bootstrap();',
      '',
    ].join('\n');
    const after = draftOf({ ...nestjs, 'src/main.ts': text }).edits.find(({ file }) => file === 'src/main.ts')?.after;
    expect(after).toContain(`\n  ${line}\n  guest.attach(app);\n`);
  });

  it.each<[string, string]>([
    ['wrapped', 'const server = createServer(express());'],
    ['in a list', 'const apps = [express()];'],
  ])('in Node is printed, not edited, for an application that is %s', (_, line) => {
    const draft = draftOf({ ...express, 'server.js': `const express = require('express');\n${line}\n` });
    expect(draft.edits).toEqual([]);
    expect(draft.printed).toMatchObject([
      { file: 'server.js', reason: expect.stringMatching(/of line 2 has no name/) },
    ]);
    expect(draft.printed[0]?.lines[1]).toBe('guest.attach(app);');
  });

  it('of Express in a class comes after the method for middleware, or is printed', () => {
    const draft = (method: string) => {
      const text = `const express = require('express');\nclass Server {\n  constructor() {\n    this.app = express();\n    this.${method}();\n    this.routes();\n  }\n}\n`;
      return draftOf({ ...express, 'server.js': text });
    };
    expect(draft('initMiddlewares').edits[0]?.after).toContain(
      '    this.initMiddlewares();\n    guest.attach(this.app);\n    this.routes();',
    );
    expect(draft('config').printed).toMatchObject([
      { reason: 'this.config may set up its middleware: call it after sessions and CORS' },
    ]);
  });

  it.each([
    'const app: FastifyInstance = Fastify({\n  logger: true,\n});',
    'export const app = Fastify().withTypeProvider<TypeBox>()',
  ])('of Fastify is edited after %s', (line) => {
    const text = `import Fastify from 'fastify'\n${line}\n`;
    const after = draftOf({ ...fastify, 'src/server.ts': text }).edits.find(({ file }) => file === 'src/server.ts');
    expect(after?.after).toContain(`${line}\nguest.attach(app)`);
  });

  it.each([
    "import express = require('express');",
    "const { default: express } = require('express');",
    "const { default: express } = await import('express');",
  ])('of Express is found with %s', (line) => {
    const app = { ...express, 'server.js': `const x = require('./x');\n${line}\n\nconst app = express();\n` };
    const after = draftOf(app).edits.find(({ file }) => file === 'server.js')?.after ?? '';
    expect(after).toContain(`\n\nconst app = express();\nguest.attach(app);\n`);
    expect(after).toMatch(/;\nconst \{ guest \} = require\('\.\/ai\/attachment'\);\n/);
  });

  it('of fastify-cli is the root plugin', () => {
    const app: App = {
      'package.json':
        '{\n  "scripts": { "start": "fastify start app.js" },\n  "dependencies": {\n    "fastify": "^5.0.0"\n  }\n}\n',
      'app.js':
        "'use strict'\n\nconst path = require('node:path')\nconst AutoLoad = require('@fastify/autoload')\n\nmodule.exports = async function (fastify, opts) {\n  fastify.register(AutoLoad, { dir: path.join(__dirname, 'plugins') })\n}\n",
    };
    const draft = draftOf(app);
    expect(added(app, draft, 'app.js')).toEqual([
      "const { guest } = require('./ai/attachment')",
      '  guest.attach(fastify)',
    ]);
  });
});

describe('the other files of the application', () => {
  it.each<[string, App, string]>([
    ['the tsconfig that has no list', fastify, 'tsconfig.json'],
    ['the tsconfig of the build', nestjs, 'tsconfig.build.json'],
  ])('%s leaves the modules out', (_, app, file) => {
    const after = draftOf(app).edits.find((edit) => edit.file === file)?.after ?? '';
    expect(JSON.parse(after).exclude).toContain('src/ai/modules');
    expect(JSON.parse(after).exclude).toContain('node_modules');
  });

  it('a new list of what TypeScript leaves out has the output of inherited options', () => {
    const app = {
      ...fastify,
      'tsconfig.json': '{\n  "extends": ["./config/base"], // comment\n}\n',
      'config/base.json': '{\n  "compilerOptions": { "module": "NodeNext", "outDir": "../build" }\n}\n',
    };
    const draft = draftOf(app);
    expect(added(app, draft, 'tsconfig.json')).toEqual(['not edited']);
    const [, line] = added(app, draft, 'config/base.json').filter((one) => !one.startsWith('-'));
    expect(line).toBe('  "exclude": ["node_modules", "../build", "../src/ai/modules"]');
  });

  it('are four without linters and lock files', () => {
    for (const app of Object.values(apps)) {
      const files = filesOf(app);
      const found = detectApplication(files)!;
      const draft = draftOf(app);
      const choices = { entry: found.entries[0], dir: draft.attached.dir } as unknown as AttachChoices;
      const change = dependencyChange(
        files,
        found,
        choices,
        { name: 'ai-module-runtime', path: 'vendor/x', version: '1', range: '', others: {}, testing: {} },
        'python3',
      );
      expect(new Set([...draft.edits, ...change.edits].map(({ file }) => file)).size).toBeLessThanOrEqual(4);
    }
  });

  it('the build script builds the modules to where the application expects them', () => {
    const built = (app: App) => {
      const files = filesOf(app);
      const found = detectApplication(files)!;
      const choices = { entry: found.entries[0], dir: 'src/ai' } as unknown as AttachChoices;
      const archive = {
        name: 'ai-module-runtime',
        path: 'vendor/r.tgz',
        version: '1.0.0',
        range: '^1.0.0',
        others: {},
        testing: {},
      };
      return JSON.parse(dependencyChange(files, found, choices, archive, '').edits[0]?.after ?? '');
    };
    expect(built(fastify).scripts.build).toBe('tsc && ai-module-runtime build src/ai/modules dist/ai/modules');
    expect(built(nestjs).scripts.build).toBe('nest build && ai-module-runtime build src/ai/modules dist/ai/modules');
    const whole = {
      ...fastify,
      'package.json': (fastify['package.json'] ?? '').replace('dist/server.js', 'dist/src/server.js'),
      'tsconfig.json': '{\n  "compilerOptions": { "module": "NodeNext", "outDir": "dist" }\n}\n',
    };
    expect(built(whole).scripts.build).toBe('tsc && ai-module-runtime build src/ai/modules dist/src/ai/modules');
    expect(built(fastify).dependencies).toEqual({
      '@fastify/jwt': '^9.0.0',
      'ai-module-runtime': 'file:vendor/r.tgz',
      fastify: '^5.0.0',
      pg: '^8.11.0',
    });
  });
});

describe('a route below the prefix', () => {
  it.each([
    ['app/api.py', '@router.get(f"{BASE}/ai/x")\n'],
    ['src/api.ts', `app.use(\`\${config.base}/ai\`, routes);\n`],
    ['src/api.js', "app.use(BASE + '/ai', routes);\n"],
  ])('has a note after a variable, in %s: %s', (file, text) => {
    expect(prefixAfterVariable(filesOf({ [file]: text }), '/ai')).toEqual({ file, line: 1 });
    expect(prefixInUse(filesOf({ [file]: text }), '/ai')).toBeUndefined();
    expect(prefixAfterVariable(filesOf({ [file]: text.replace('/ai', '/aim') }), '/ai')).toBeUndefined();
  });

  it.each<[string, string]>([
    ['app/api.py', '@router.get("/ai/models")\n'],
    ['app/api.py', 'router = APIRouter(prefix="/ai")\n'],
    ['app/api.py', 'app.mount("/ai", other)\n'],
    ['src/api.ts', "app.get('/ai/models', handler);\n"],
    ['src/api.ts', "app.register(routes, { prefix: '/ai' });\n"],
    ['src/api.ts', "@Controller('ai')\n"],
  ])('in %s is found: %s', (file, text) => {
    expect(prefixInUse(filesOf({ [file]: `x\n${text}` }), '/ai')).toEqual({ file, line: 2 });
  });

  it.each<[string, string]>([
    ['app/api.py', '@router.get("/aisle")\nx = names.get("ai")\n'],
    ['src/api.ts', "fetch('/ai/models');\napp.use('/api', ai);\n"],
    ['tests/test_api.py', 'client.get("/ai/models")\n'],
    ['src/api.spec.ts', "app.get('/ai')\n"],
  ])('is not what %s has: %s', (file, text) => {
    expect(prefixInUse(filesOf({ [file]: text }), '/ai')).toBeUndefined();
  });
});

describe('the test of the attachment', () => {
  const testOf = (text: string) => draftOf(python(text)).attached.test;

  it('imports the application, or calls its factory', () => {
    expect(testOf('from fastapi import FastAPI\n\napp = FastAPI()\n')).toEqual({
      imports: ['from app.ai.attachment import guest', 'from app.main import app'],
      application: 'app',
    });
    const factory = 'from fastapi import FastAPI\n\n\ndef make(debug=False):\n    app = FastAPI()\n    return app\n';
    expect(testOf(factory)).toEqual({
      imports: ['from app.ai.attachment import guest', 'from app.main import make'],
      application: 'make()',
    });
  });

  it('is left out if neither is possible', () => {
    const factory = 'from fastapi import FastAPI\n\n\ndef make(settings):\n    app = FastAPI()\n    return app\n';
    expect(testOf(factory)).toBeNull();
    expect(testOf('from fastapi import FastAPI\n\nclass Api:\n    app = FastAPI()\n')).toBeNull();
  });
});

describe('the ports', () => {
  it('of FastAPI import what they use', () => {
    expect(draftOf(fastapi).attached.ports).toEqual({
      imports: ['from app.api import get_current_user', 'from app.db import engine'],
      database: 'engine.url.render_as_string(hide_password=False)',
      user: { name: 'get_current_user', id: 'user.id', admin: 'user.is_admin' },
      kind: 'dependency',
      cookies: false,
    });
  });

  it.each<[string, App, object]>([
    ['a token', fastify, { kind: 'fastify-jwt', cookies: false, database: "{ url: process.env.DATABASE_URL ?? '' }" }],
    [
      'a session',
      express,
      { kind: 'session', cookies: true, user: { name: 'session.user', id: 'user.id', admin: 'false' } },
    ],
    [
      'passport',
      nestjs,
      {
        kind: 'passport',
        cookies: false,
        passportImport: 'passport',
        user: { name: 'jwt', admin: "user.role === 'admin'" },
      },
    ],
  ])('know the user by %s', (_, app, ports) => {
    expect(draftOf(app).attached.ports).toMatchObject(ports);
  });
});

describe('the notes', () => {
  const notesOf = (start: string) => {
    const text = (express['package.json'] ?? '').replace('node server.js', start);
    return draftOf({ ...express, 'package.json': text }).notes.filter((note) => note.includes('TypeScript'));
  };

  it('say how an application that is not compiled runs the modules', () => {
    expect(notesOf('node server.js')).toEqual([expect.stringMatching(/22\.18.* node --import tsx server\.js\.$/)]);
    expect(notesOf('tsx server.js')).toEqual([]);
    expect(draftOf(fastify).notes.filter((note) => note.includes('TypeScript'))).toEqual([]);
  });
});

describe('what TypeScript compiles', () => {
  it('is printed for the user if no reference of the configuration has the entry point', () => {
    const config = '{ "files": [], "references": [{ "path": "web" }] }';
    const draft = draftOf({ ...fastify, 'tsconfig.json': config, 'web/tsconfig.json': '{}' });
    expect(draft.printed).toEqual([
      {
        file: 'tsconfig.json',
        reason: 'none of its references was found to compile the entry point',
        lines: ['"exclude": ["src/ai/modules"]'],
      },
    ]);
  });
});

describe('refusalOf', () => {
  const refuse = (app: App, more: Partial<AttachChoices>) => {
    const files = filesOf(app);
    const found = detectApplication(files)!;
    return refusalOf(files, found, {
      entry: found.entries[0]!,
      dir: 'app/ai',
      prefix: '/ai',
      migrations: 'runtime',
      database: found.database,
      ...more,
    } as AttachChoices)?.reason;
  };

  it('accepts an ordinary application', () => {
    expect(refuse(fastapi, {})).toBeUndefined();
    expect(refuse(fastapi, { migrations: 'app' })).toBeUndefined();
    expect(refuse(nestjs, { dir: 'src/x/ai' })).toBeUndefined();
    const whole = (nestjs['package.json'] ?? '').replace('dist/main', 'dist/src/main');
    expect(refuse({ ...nestjs, 'package.json': whole }, { dir: 'ai' })).toBeUndefined();
  });

  it.each<[string, App, Partial<AttachChoices>, RegExp]>([
    ['a folder that exists', { ...fastapi, 'app/ai/x.py': '' }, {}, /^app\/ai exists already$/],
    [
      'several heads with --migrations app',
      { ...fastapi, 'migrations/versions/3.py': 'revision = "3"\ndown_revision = "1"\n' },
      { migrations: 'app' },
      /several heads: 2, 3/,
    ],
    ['a prefix in use', { ...fastapi, 'app/x.py': 'x.mount("/ai", y)\n' }, {}, /^app\/x\.py:1 has a route below \/ai,/],
    [
      'a database of its own with --migrations app',
      fastapi,
      { migrations: 'app', database: undefined },
      /^The migrations of the application are not for the database of the modules$/,
    ],
    ['no migrations with --migrations app', express, { migrations: 'app' }, /^No migrations/],
    ['a folder outside of rootDir', fastify, { dir: 'ai' }, /^ai is outside of src, which is compiled$/],
    ['a folder outside of what becomes dist', nestjs, { dir: 'ai' }, /^ai is outside of src/],
  ])('refuses %s', (_, app, more, reason) => {
    expect(refuse(app, more)).toMatch(reason);
  });
});
