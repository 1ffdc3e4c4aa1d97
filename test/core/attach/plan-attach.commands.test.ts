import { describe, expect, it } from 'vitest';
import type { AppCommand, AppCommands } from '../../../src/core/attach/application.ts';
import { commandsOf, detectApplication, type GivenCommands } from '../../../src/core/attach/plan-attach.ts';
import { type App, express, fastapi, fastify, filesOf, nestjs } from './apps.ts';

const venv = { path: '/srv/.venv/bin/python', isOwn: true };

function commands(app: App, given?: GivenCommands, python = venv): AppCommands {
  const files = filesOf(app);
  const application = detectApplication(files);
  if (application === undefined) throw new Error('no application');
  const entry = application.entries[0]?.file ?? '';
  return commandsOf(files, application, { entry, modulesDir: 'src/ai/modules' }, python, given);
}

const line = ({ argv, cwd }: AppCommand) => `${cwd === '' ? '' : `${cwd}: `}${argv.join(' ')}`;
const lines = ({ install, build, migrate, start, test }: AppCommands) =>
  [...install, ...build, ...migrate, ...(start ? [start] : []), ...test].map(line);

describe('the commands of an application', () => {
  it.each<[string, App, string[]]>([
    [
      'FastAPI with pip and alembic',
      { ...fastapi, 'requirements-dev.txt': 'pytest\n', 'tests/test_api.py': '' },
      [
        '/srv/.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-dev.txt',
        '/srv/.venv/bin/python -m alembic upgrade head',
        '/srv/.venv/bin/python -m uvicorn app.main:app --host 127.0.0.1 --port {port}',
        '/srv/.venv/bin/python -m pytest',
      ],
    ],
    [
      'a factory in src, with uv and several heads',
      {
        'pyproject.toml': '[project]\ndependencies = ["fastapi", "alembic"]\n',
        'uv.lock': '',
        'src/shop/__init__.py': '',
        'src/shop/app.py':
          'from fastapi import FastAPI\n\nfrom shop.api import router\n\n\ndef create_app():\n    app = FastAPI()\n    return app\n',
        'src/shop/api.py': 'router = 1\n',
        'db/alembic.ini': '[alembic]\nscript_location = migrations\n',
        'db/migrations/env.py': '',
        'db/migrations/versions/a.py': 'revision = "a"\ndown_revision = None\n',
        'db/migrations/versions/b.py': 'revision = "b"\ndown_revision = None\n',
      },
      [
        'uv sync',
        'db: uv run --no-sync python -m alembic upgrade heads',
        'src: uv run --no-sync python -m uvicorn shop.app:create_app --host 127.0.0.1 --port {port} --factory',
      ],
    ],
    [
      'a project of pip with extras and the archive',
      {
        'pyproject.toml':
          '[project]\ndependencies = [\n    "fastapi",\n]\n\n[project.optional-dependencies]\ntest = ["pytest"]\n',
        'vendor/ai_module_runtime-0.2.0-py3-none-any.whl': '',
        'main.py': 'from fastapi import FastAPI\n\napi = FastAPI()\n',
      },
      [
        '/srv/.venv/bin/python -m pip install --quiet --disable-pip-version-check ./vendor/ai_module_runtime-0.2.0-py3-none-any.whl .[test]',
        '/srv/.venv/bin/python -m uvicorn main:api --host 127.0.0.1 --port {port}',
      ],
    ],
    ['Fastify, compiled', fastify, ['npm install', 'npm run build', 'npm run start']],
    ['Express without a build', express, ['npm install', 'npm run start']],
    ['NestJS', nestjs, ['npm install', 'npm run build', 'npm run start:prod']],
    [
      'scripts for migrations and tests, with pnpm',
      {
        ...nestjs,
        'pnpm-lock.yaml': '',
        'package.json': (nestjs['package.json'] as string)
          .replace('"start:prod": "node dist/main"', '"start": "nest start", "migration:run": "x", "test": "jest"')
          .replace('"pg"', '"prisma": "6", "pg"'),
      },
      ['pnpm install', 'pnpm run build', 'pnpm run migration:run', 'node dist/main.js', 'pnpm run test'],
    ],
    [
      'a test script that npm made, and a start script that watches',
      {
        'package.json':
          '{"scripts": {"start": "nodemon index.js", "test": "echo \\"Error: no test specified\\" && exit 1"}, "dependencies": {"express": "5", "knex": "3"}}',
        'knexfile.js': '',
        'index.js': "const express = require('express');\nconst app = express();\n",
      },
      ['npm install', 'npx knex migrate:latest', 'node index.js'],
    ],
  ])('%s', (_, app, expected) => {
    expect(lines(commands(app))).toEqual(expected);
  });

  it('are those of pip in a project whose list uv compiled, also after it was attached', () => {
    const project = '[project]\ndependencies = [\n    "fastapi",\n]\n';
    const source = '\n[tool.uv.sources]\nai-module-runtime = { path = "vendor/x.whl" }\n';
    for (const text of [project, `${project}${source}`])
      expect(commands({ ...fastapi, 'pyproject.toml': text }).install[0]?.argv).toContain('pip');
    expect(commands({ ...fastapi, 'pyproject.toml': `${project}${source}[tool.uv]\n` }).install[0]?.argv[0]).toBe('uv');
  });

  it('make a virtual environment if there is none', () => {
    const [first] = commands(fastapi, undefined, { path: '/srv/.venv/bin/python', isOwn: false }).install;
    expect(first?.argv).toEqual(['python3', '-m', 'venv', '.venv']);
  });

  it('are those of ai-modules.yaml, of which an empty one leaves its step out', () => {
    const found = commands(nestjs, { install: [], start: ['node', 'x.js', '{port}'], migrate: ['make', 'migrate'] });
    expect(lines(found)).toEqual(['npm run build', 'make migrate', 'node x.js {port}']);
    expect(found.isMigrationUnclear).toBe(false);
    expect(commands(nestjs).isMigrationUnclear).toBe(true);
  });

  it('pass the port in the variables that the application reads, and name what the build makes of modules', () => {
    const app = { ...nestjs, '.env.example': 'APP_PORT=3000\nDATABASE_PORT=5432\n' };
    expect(commands(app)).toMatchObject({ portVariables: ['PORT', 'APP_PORT'], builtModules: 'dist/ai/modules' });
    expect(commands(express).builtModules).toBeUndefined();
  });
});
