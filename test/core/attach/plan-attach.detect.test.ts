import { describe, expect, it } from 'vitest';
import { defaultDir, definesName, detectApplication } from '../../../src/core/attach/plan-attach.ts';
import { type App, apps, express, fastapi, fastify, filesOf, nestjs } from './apps.ts';

const detect = (app: App) => {
  const found = detectApplication(filesOf(app));
  if (found === undefined) throw new Error('no application');
  return found;
};
const factsOf = (app: App) =>
  Object.fromEntries(
    detect(app).facts.map(({ name, value, evidence }) => [
      name,
      [value, ...evidence.map(({ file, line }) => `${file}:${line}`)],
    ]),
  );

const pythonApp = 'from fastapi import FastAPI\napp = FastAPI()\n';
const withTypeScript = (range: string): App => ({
  ...fastify,
  'package.json': (fastify['package.json'] ?? '').replace('"fastify":', `"typescript": "${range}",\n    "fastify":`),
});

describe('detectApplication', () => {
  it('reads a FastAPI application, with the places', () => {
    expect(factsOf(fastapi)).toEqual({
      framework: ['FastAPI', 'requirements.txt:1'],
      application: ['app/main.py:app (app.main:app is started in Dockerfile:6)', 'app/main.py:6'],
      'import name': ['app.main (imports start from the root)'],
      processes: ['4 workers share the database', 'Dockerfile:6'],
      user: ['get_current_user', 'app/api.py:8'],
      administrators: ['user.is_admin', 'app/models.py:2'],
      database: ['postgresql, engine.url.render_as_string(hide_password=False)', 'app/db.py:3'],
      migrations: ['alembic, head 2', 'alembic.ini:2'],
      'package manager': ['pip', 'requirements.txt:1'],
    });
  });

  it('reads a Fastify application', () => {
    expect(factsOf(fastify)).toEqual({
      framework: ['Fastify ^5.0.0', 'package.json:10'],
      application: ['src/server.ts:app (the application object, which a script starts)', 'src/server.ts:6'],
      modules: ['ES modules, compiled by the script build'],
      user: ['fastify-jwt: jwtVerify', 'package.json:9'],
      administrators: ["user.role === 'admin'", 'src/routes.ts:2'],
      database: ['postgresql', '.env.example:1'],
      'package manager': ['npm'],
    });
  });

  it('finds Express with var, and does not take a router for the application', () => {
    const generated = "var express = require('express');\nvar app = express();\nmodule.exports = app;\n";
    expect(factsOf({ ...express, 'server.js': generated }).application?.[0]).toContain('server.js:app');
    const app: App = {
      'package.json': JSON.stringify({
        type: 'module',
        scripts: { start: 'node dist/index.js' },
        dependencies: { express: '^5.0.0' },
      }),
      'src/index.ts': "import { app } from './app.js';\napp.listen(3000);\n",
      'src/app.ts':
        "import express, { json, urlencoded } from 'express';\nexport const app = express();\napp.use(json());\napp.use(urlencoded());\n",
      'src/routes/index.ts': "import { Router } from 'express';\nexport const router = Router();\n",
    };
    expect(detect(app).entries?.map(({ id }) => id)).toEqual(['src/app.ts:app']);
  });

  it('reads a package.json with a byte order mark', () => {
    const marked = { ...express, 'package.json': `\ufeff${express['package.json']}` };
    expect(factsOf(marked)).toEqual(factsOf(express));
  });

  it('reads an Express application', () => {
    expect(factsOf(express)).toEqual({
      framework: ['Express ^4.18.0', 'package.json:4'],
      application: ['server.js:app (the application object, which a script starts)', 'server.js:5'],
      modules: ['CommonJS'],
      user: ['session: session.user', 'server.js:8'],
      database: ['mysql', 'package.json:5'],
      'package manager': ['npm'],
    });
  });

  it.each(['passport.session()', "passport.authenticate('session')"])('finds the user of %s', (middleware) => {
    const app: App = {
      'package.json': '{ "dependencies": { "express": "^5", "passport": "0.7", "passport-local": "1" } }',
      'app.js': `var express = require('express');\nvar app = express();\napp.use(${middleware});\napp.get('/', (req) => req.user.id);\n`,
    };
    expect(factsOf(app).user).toEqual(['request: user', 'app.js:3']);
    expect(detect(app).users).toMatchObject([{ kind: 'request', isCookie: true, idField: 'id' }]);
  });

  it('reads a NestJS application', () => {
    expect(factsOf(nestjs)).toEqual({
      framework: ['NestJS ^11.0.0', 'package.json:7'],
      application: ['src/main.ts:app (the application object, which a script starts)', 'src/main.ts:5'],
      modules: ['CommonJS, compiled by the script build'],
      user: ['passport: jwt', 'src/jwt.strategy.ts:4'],
      administrators: ["user.role === 'admin'", 'src/roles.ts:5'],
      database: ['postgresql', 'env-example:1'],
      migrations: ['typeorm', 'src/migrations/1-users.ts:1'],
      'package manager': ['npm'],
    });
  });

  it.each([
    ['fastapi', 'app/ai'],
    ['fastify', 'src/ai'],
    ['express', 'ai'],
    ['nestjs', 'src/ai'],
  ])('puts the modules of %s into %s', (name, dir) => {
    const found = detect(apps[name] as App);
    expect(defaultDir(found, found.entries[0]!)).toBe(dir);
  });

  it.each<[string, App, string, string]>([
    [
      'the folder of a source layout',
      {
        'src/shop/main.py': 'from fastapi import FastAPI\nfrom shop.x import y\napp = FastAPI()\n',
        'src/shop/x.py': '',
      },
      'shop.main (imports start from src)',
      'src/shop/ai',
    ],
    [
      'the root for a file without a package',
      { 'main.py': 'from fastapi import FastAPI\nimport db\napp = FastAPI()\n', 'db.py': '' },
      'main (imports start from the root)',
      'ai',
    ],
    [
      'the folder of the command',
      {
        'backend/app/main.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
        Procfile: 'web: uvicorn app.main:app\n',
      },
      'app.main (imports start from backend)',
      'backend/app/ai',
    ],
    [
      'the root for nested packages',
      {
        'app/__init__.py': '',
        'app/http/__init__.py': '',
        'app/http/server.py': 'from fastapi import FastAPI\nfrom app.db import x\napp = FastAPI()\n',
        'app/db.py': '',
      },
      'app.http.server (imports start from the root)',
      'app/ai',
    ],
  ])('finds where imports start: %s', (_, app, name, dir) => {
    const found = detect(app);
    expect(found.facts.find((fact) => fact.name === 'import name')?.value).toBe(name);
    expect(defaultDir(found, found.entries[0]!)).toBe(dir);
  });

  const unclear = { 'app/main.py': pythonApp, 'requirements.txt': 'fastapi\n' };

  it('has a note if nothing shows where imports start', () => {
    const { notes, targets } = detect(unclear);
    expect(targets).toEqual(['main:app', 'app.main:app']);
    expect(notes).toEqual([
      'Imports are assumed to start from app, as with `uvicorn main:app` there. If the server starts app.main:app, attach with `--entry app.main:app`.',
    ]);
  });

  it.each<[string, App]>([
    ['README.md', { 'README.md': 'Start it:\n\n    uvicorn app.main:app --reload\n' }],
    ['a task', { 'Taskfile.yml': 'tasks:\n  dev:\n    cmds: [uvicorn app.main:app]\n' }],
    ['an editor', { '.vscode/launch.json': '{ "module": "uvicorn",\n "args": [\n"app.main:app"] }' }],
    ['a workflow', { '.github/workflows/ci.yml': '      - run: uvicorn app.main:app &\n' }],
    ['Heroku', { 'app.json': '{ "formation": { "web": { "command": "gunicorn app.main:app" } } }' }],
    ['a script', { 'run.py': 'import uvicorn\nuvicorn.run("app.main:app", reload=True)\n' }],
    ['a package', { 'app/__init__.py': '' }],
    ['the user', {}],
  ])('finds where imports start by %s', (name, more) => {
    const found = detectApplication(filesOf({ ...unclear, ...more }), name === 'the user' ? 'app.main:app' : undefined);
    expect([found?.targets, found?.notes]).toEqual([['app.main:app'], []]);
  });

  it.each<[string, App]>([
    ['relative imports', { 'app/main.py': `from .x import y\n${pythonApp}` }],
    ['fastapi run', { Dockerfile: 'CMD ["fastapi", "run", "app/main.py"]\n' }],
    ['a command in the folder', { 'README.md': 'cd app && uvicorn main:app\n' }],
    [
      'imports, and not by README.md',
      { 'app/main.py': `import x\n${pythonApp}`, 'app/x.py': '', 'README.md': 'app.main:app\n' },
    ],
  ])('keeps the folder of the file by %s', (_, more) => {
    const { targets, notes } = detect({ ...unclear, ...more });
    expect([targets, notes]).toEqual([['main:app'], []]);
  });

  it('reads the imports of the entry point that the user chose', () => {
    const app = { 'a/main.py': pythonApp, 'b/main.py': `import x\n${pythonApp}`, 'b/x.py': '' };
    const found = detectApplication(filesOf(app), 'b/main.py')!;
    expect(defaultDir(found, found.entries.find(({ file }) => file === 'b/main.py')!)).toBe('b/ai');
  });

  it('takes the folder of a command that starts a file which calls a factory', () => {
    const app = {
      'src/__init__.py': '',
      'src/app/__init__.py': '',
      'src/app/setup.py': 'from fastapi import FastAPI\n\n\ndef make():\n    app = FastAPI()\n    return app\n',
      'src/app/main.py': 'from .setup import make\n\napp = make()\n',
      'tests/test_x.py': 'from src.app.main import app\n',
      Dockerfile: 'CMD ["uvicorn", "app.main:app"]\n',
    };
    const found = detect(app);
    expect(found.facts.find((fact) => fact.name === 'import name')?.value).toBe('app.setup (imports start from src)');
    expect(defaultDir(found, found.entries[0]!)).toBe('src/app/ai');
  });

  it('finds administrators by a flag that the code reads of a mapping', () => {
    const app = {
      'main.py':
        'from fastapi import FastAPI\napp = FastAPI()\n\n\nasync def get_current_user() -> dict[str, Any] | None:\n    ...\n\n\ndef check(current_user: dict):\n    return current_user["is_superuser"]\n',
    };
    const [user] = detect(app).users;
    expect([user?.isMapping, user?.admin]).toEqual([
      true,
      { expression: 'user["is_superuser"]', file: 'main.py', line: 10 },
    ]);
  });

  it('uses relative imports for an application with two import names, and reports them', () => {
    const app = { ...fastapi, 'tests/test_x.py': 'from src.app.main import app\n' };
    const moved = Object.fromEntries(
      Object.entries(app).map(([path, text]) => [path.startsWith('app/') ? `src/${path}` : path, text]),
    );
    expect(detect(moved).notes).toEqual([
      'The application is imported by two names, from src and .: the modules use relative imports.',
    ]);
  });

  it.each<[string, App, string]>([
    [
      'an application that a command starts',
      {
        'a.py': 'from fastapi import FastAPI\nx = FastAPI()\n',
        'b.py': 'from fastapi import FastAPI\ny = FastAPI()\n',
        Procfile: 'web: gunicorn -w 2 b:y\n',
      },
      'b.py:y',
    ],
    [
      'an application that is not mounted',
      { 'a.py': 'from fastapi import FastAPI\nsub = FastAPI()\napp = FastAPI()\napp.mount("/v1", sub)\n' },
      'a.py:app',
    ],
    [
      'a factory that a command starts',
      {
        'a.py': 'from fastapi import FastAPI\n\n\ndef make():\n    app = FastAPI()\n    return app\n',
        'b.py': 'from fastapi import FastAPI\ny = FastAPI()\n',
        Procfile: 'web: uvicorn --factory a:make\n',
      },
      'a.py:make',
    ],
    [
      'a factory whose result a command starts',
      {
        'a.py': 'from fastapi import FastAPI\n\n\ndef make():\n    app = FastAPI()\n    return app\n',
        'b.py': 'from fastapi import FastAPI\ny = FastAPI()\n',
        'run.py': 'from a import make\napp = make()\n',
        Procfile: 'web: uvicorn run:app\n',
      },
      'a.py:make',
    ],
    ['an alias of the class', { 'a.py': 'from fastapi import FastAPI as Api\napi = Api()\n' }, 'a.py:api'],
    ['the module of the class', { 'a.py': 'import fastapi\napi = fastapi.FastAPI()\n' }, 'a.py:api'],
    [
      'a class of the application',
      { 'a.py': 'from fastapi import FastAPI\n\n\nclass Api(FastAPI):\n    pass\n\n\napi = Api()\n' },
      'a.py:api',
    ],
    [
      'a file with a usual name',
      {
        'main.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
        'other.py': 'from fastapi import FastAPI\nx = FastAPI()\n',
      },
      'main.py:app',
    ],
    [
      'an application that two branches make',
      { 'main.py': 'from fastapi import FastAPI\nif x:\n    app = FastAPI()\nelse:\n    app = FastAPI(debug=True)\n' },
      'main.py:app',
    ],
    [
      'not the application of tests',
      {
        'main.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
        'tests/main.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
      },
      'main.py:app',
    ],
  ])('takes %s', (_, app, id) => {
    const { entries, isEntryClear } = detect(app);
    expect([entries[0]?.id, isEntryClear]).toEqual([id, true]);
  });

  it('leaves folders to other languages that have Python only for documents', () => {
    const app = { 'docs/requirements.txt': 'sphinx\n', 'package.json': '{ "dependencies": { "fastify": "^5.0.0" } }' };
    const server = { 'server.js': "const fastify = require('fastify')\n\nconst app = fastify()\n" };
    expect(detect({ ...app, ...server }).framework).toBe('fastify');
  });

  it('takes an application that mounts files, and not the one that it mounts', () => {
    const text =
      'from fastapi import FastAPI\napp = FastAPI()\nadmin = FastAPI()\napp.mount("/static", StaticFiles(directory="app/static"))\napp.mount("/admin", admin)\n';
    expect(detect({ 'main.py': text }).entries.map(({ id }) => id)).toEqual(['main.py:app']);
  });

  it('finds the mount of an application in another file', () => {
    const main =
      'from fastapi import FastAPI\nfrom admin import app as admin\n\napp = FastAPI()\napp.mount(\n    "/admin", name="admin", app=admin)\n';
    const admin = 'from fastapi import FastAPI\n\napp = FastAPI()\n';
    const idsOf = (more: Readonly<Record<string, string>>) =>
      detect({ 'admin.py': admin, 'start.py': main, ...more }).entries.map(({ id }) => id);
    expect(idsOf({})).toEqual(['start.py:app']);
    expect(idsOf({ Procfile: 'web: uvicorn admin:app\n' })).toEqual(['admin.py:app', 'start.py:app']);
  });

  it.each<[string, string, boolean]>([
    ['a function', 'async def find():\n    ...\n', true],
    ['an import', 'from users import find\n', true],
    ['a call of the same name', 'x.find()\n', false],
  ])('knows whether %s defines a name', (_, text, isDefined) => {
    expect(definesName(filesOf({ 'deps.py': text }), 'deps.py', 'find')).toBe(isDefined);
  });

  it('is uncertain about two applications', () => {
    const text = 'from fastapi import FastAPI\nx = FastAPI()\n';
    expect(detect({ 'a.py': text, 'b.py': text }).isEntryClear).toBe(false);
  });

  it.each<[string, string, string | undefined]>([
    ['a fixed user', 'def get_current_user() -> User: ...', 'user.is_admin'],
    ['an optional user', 'async def get_current_user(\n    token: str,\n) -> User | None:\n    ...', 'user.is_admin'],
    ['a quoted user', 'def get_current_user() -> "User":\n    ...', 'user.is_admin'],
    ['an unknown user', 'def get_current_user():\n    ...', undefined],
  ])('finds administrators of %s', (_, code, admin) => {
    const app = {
      'main.py': `from fastapi import FastAPI\napp = FastAPI()\n\n\nclass User:\n    id: int\n    is_admin: bool\n\n\n${code}\n`,
    };
    expect(detect(app).users[0]?.admin?.expression).toBe(admin);
  });

  it('prefers the function that endpoints use', () => {
    const text =
      'def get_current_active_user(): ...\n\n\ndef get_current_user(): ...\n\n\nasync def me(user=Depends(get_current_user)): ...\n';
    expect(detect({ 'main.py': `from fastapi import FastAPI, Depends\napp = FastAPI()\n${text}` }).users[0]?.name).toBe(
      'get_current_user',
    );
  });

  it.each<[string, App, string, readonly string[], string | undefined]>([
    [
      'an engine',
      { 'db.py': 'engine = create_engine("postgresql://x/y")\n' },
      'engine.url.render_as_string(hide_password=False)',
      ['db.py:engine'],
      'postgresql',
    ],
    [
      'a setting, in a function',
      {
        'config.py': 'settings = Settings(url="mysql+pymysql://x/y")\n',
        'db.py':
          'from config import settings\n\n\ndef connect():\n    return create_engine(str(settings.url), echo=True)\n',
      },
      'str(settings.url)',
      ['config.py:settings'],
      'mysql',
    ],
    [
      'a function of settings',
      {
        'config.py': 'def get_settings(): ...\n',
        'db.py':
          'from config import get_settings\n\n\nclass Db:\n    def __init__(self):\n        self.engine = create_async_engine(get_settings().dsn)\n',
        'requirements.txt': 'fastapi\nasyncpg\n',
      },
      'str(get_settings().dsn)',
      ['config.py:get_settings'],
      'postgresql',
    ],
    [
      'SQLite',
      { 'db.py': 'engine = create_engine("sqlite:///x.db")\n' },
      'engine.url.render_as_string(hide_password=False)',
      ['db.py:engine'],
      'sqlite',
    ],
  ])('finds the database: %s', (_, app, expression, imports, dialect) => {
    const { database } = detect({ 'main.py': 'from fastapi import FastAPI\napp = FastAPI()\n', ...app });
    expect(database).toMatchObject({ expression, dialect });
    expect(database?.imports.map(({ file, name }) => `${file}:${name}`)).toEqual(imports);
  });

  it.each<[string, string, string]>([
    [
      'without a prefix',
      'TEST_DATABASE_URL=postgres://t\nSHOP_DATABASE_URL=postgres://s\nDATABASE_URL=postgres://d\n',
      'DATABASE_URL',
    ],
    [
      'with a prefix, if it is not for tests',
      'TEST_DATABASE_URL=postgres://t\nSHOP_DATABASE_URL=postgres://s\n',
      'SHOP_DATABASE_URL',
    ],
  ])('takes the variable %s', (_, text, name) => {
    const { database } = detect({ ...fastify, '.env.example': text });
    expect(database?.expression).toBe(`{ url: process.env.${name} ?? '' }`);
  });

  it('takes no database of tests or for reading', () => {
    const text = 'TEST_DATABASE_URL=postgres://t\nDB_REPLICA_HOST=x\nREPLICA_DB_HOST=x\n';
    expect(detect({ ...fastify, '.env.example': text }).database).toBeUndefined();
  });

  it('takes the version of TypeScript from the lock file', () => {
    const lock = '{ "packages": { "node_modules/typescript": { "version": "5.9.3" } } }\n';
    expect(detect({ ...withTypeScript('^5.3.3'), 'package-lock.json': lock }).refusal).toBeUndefined();
  });

  it('reads the version of Node from the files of the application only', () => {
    expect(detect({ ...fastify, 'tools/Dockerfile': 'FROM node:16\n' }).refusal).toBeUndefined();
  });

  it('reads the versions of the last stage of an image', () => {
    const image = (name: string, old: string, version: string) =>
      `FROM ${name}:${old} AS tool\nFROM ${name}:${version}\n`;
    expect(detect({ ...fastify, Dockerfile: image('node', '16', '22') }).refusal).toBeUndefined();
    expect(detect({ ...fastapi, Dockerfile: image('python', '3.9', '3.13') }).refusal).toBeUndefined();
    expect(detect({ ...fastapi, Dockerfile: image('python', '3.13', '3.9') }).refusal?.reason).toContain(
      'Dockerfile:2',
    );
  });

  it.each<[string, App, RegExp]>([
    ['Python 3.10', { ...fastapi, Dockerfile: 'FROM python:3.10\n' }, /Dockerfile:1 allows Python 3\.10/],
    [
      'Pydantic 1',
      { ...fastapi, 'requirements.txt': 'fastapi\npydantic==1.10.2\n' },
      /requirements\.txt:2 requires Pydantic 1/,
    ],
    ...['>=3.8,<3.11', '==3.10.*', '~=3.9.2', '<=3.10', '>=3.8, <3.11.0'].map((range): [string, App, RegExp] => [
      `Python ${range}`,
      {
        'pyproject.toml': `[project]\nrequires-python = "${range}"\ndependencies = ["fastapi"]\n`,
        'main.py': pythonApp,
      },
      /pyproject\.toml:2 allows Python .*3\.\d/,
    ]),
    ...['~3.10', '3.9.*'].map((range): [string, App, RegExp] => [
      `Python ${range} of poetry`,
      { 'pyproject.toml': `[tool.poetry.dependencies]\npython = "${range}"\nfastapi = "*"\n`, 'main.py': pythonApp },
      /pyproject\.toml:2 allows Python/,
    ]),
    [
      'Python of runtime.txt',
      { 'requirements.txt': 'fastapi', 'runtime.txt': 'python-3.9.1\n', 'main.py': pythonApp },
      /runtime\.txt:1/,
    ],
    ...['18', '18.x', '^16 || ^18', '>=16 <20', 'v18.12.1', '<20.0.0'].map((range): [string, App, RegExp] => [
      `Node ${range}`,
      { 'package.json': `{\n  "engines": { "node": "${range}" },\n  "dependencies": { "express": "5" }\n}\n` },
      /package\.json:2 declares Node/,
    ]),
    ['Flask', { 'requirements.txt': 'flask\n' }, /Flask is a WSGI framework/],
    ['Node 18', { ...fastify, '.nvmrc': 'v18.20\n' }, /\.nvmrc:1 declares Node 18/],
    ['TypeScript 5.3', withTypeScript('^5.3.3'), /package\.json:10 declares TypeScript 5\.3/],
    [
      'TypeScript 5.3 of a lock file',
      { ...withTypeScript('^5.3.3'), 'pnpm-lock.yaml': '  typescript@5.4.5:\n' },
      /TypeScript 5\.4/,
    ],
    ['an image with Node 18', { ...fastify, Dockerfile: 'FROM node:18\n' }, /Dockerfile:1 declares Node 18/],
  ])('refuses %s', (_, app, reason) => {
    expect(detect(app).refusal?.reason).toMatch(reason);
  });

  it.each(['>=3.8', '>=3.11,<4', '^3.8', '~=3.9', '<3.12', '>=3.9,!=3.10.*', '<3.11.5', '~3.12', '3.11.*'])(
    'takes Python %s',
    (range) => {
      const pyproject = `[project]\nrequires-python = "${range}"\ndependencies = ["fastapi"]\n`;
      expect(detect({ 'pyproject.toml': pyproject, 'main.py': pythonApp }).refusal).toBeUndefined();
    },
  );

  it.each(['>=18', '^18 || ^20', '22', '>=20.19', '*', '20.x', '>=18 <23', '<=20', '18 || >=22'])(
    'takes Node %s',
    (range) => {
      const text = `{ "engines": { "node": "${range}" }, "dependencies": { "express": "5" } }`;
      expect(detect({ 'package.json': text }).refusal).toBeUndefined();
    },
  );

  it('does not name a framework that is not there', () => {
    expect(detect({ 'requirements.txt': 'flask\n' }).facts.map(({ value }) => value)).not.toContain('FastAPI');
  });

  it.each<[string, App]>([
    ['an empty folder', {}],
    ['a package without a framework', { 'package.json': '{"dependencies": {"koa": "2"}}' }],
    ['a broken package.json', { 'package.json': '{' }],
  ])('finds nothing in %s', (_, app) => {
    expect(detectApplication(filesOf(app))).toBeUndefined();
  });
});
