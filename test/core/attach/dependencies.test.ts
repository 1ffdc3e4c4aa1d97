import { describe, expect, it } from 'vitest';
import type { Workspace } from '../../../src/core/attach/application.ts';
import { withoutTesting } from '../../../src/core/attach/dependencies.ts';
import { editDockerfiles } from '../../../src/core/attach/docker.ts';
import { editDockerignores } from '../../../src/core/attach/dockerignore.ts';
import { addToJsonList, addToJsonObject, changeJsonEntry } from '../../../src/core/attach/edit-json.ts';
import { addToTomlList, addToTomlTable } from '../../../src/core/attach/edit-toml.ts';
import { pythonDependencies } from '../../../src/core/attach/python/dependencies.ts';
import { filesOf } from './apps.ts';

describe('editDockerfiles', () => {
  const archive = (text: string) => ({
    language: /node|bun/.test(text) ? ('node' as const) : ('python' as const),
    folder: 'vendor',
  });
  const editIn = (workspace: Workspace | undefined, ...lines: string[]) => {
    const text = lines.join('\n');
    const files = { ...filesOf({ Dockerfile: text }), ...(workspace && { workspace }) };
    const [found] = editDockerfiles(files, workspace ? { language: 'python', folder: 'vendor' } : archive(text));
    return found === undefined ? undefined : 'after' in found ? found.after.split('\n') : found.lines;
  };
  const edit = (...lines: string[]) => editIn(undefined, ...lines);

  it.each<[string, string[], string]>([
    ['npm', ['FROM node:22', 'COPY package*.json ./', 'RUN npm ci', 'COPY . .'], 'COPY vendor ./vendor'],
    [
      'pip',
      ['FROM python:3.12', 'COPY requirements.txt .', 'RUN pip install -r requirements.txt', 'COPY app app'],
      'COPY vendor ./vendor',
    ],
    [
      'an absolute folder',
      ['FROM node:22', 'COPY package.json package-lock.json /srv/', 'RUN npm ci', 'COPY . .'],
      'COPY vendor /srv/vendor',
    ],
    [
      'a target with a name',
      [
        'FROM python:3.12',
        'COPY ./requirements.txt /code/requirements.txt',
        'RUN pip install -r /code/requirements.txt',
      ],
      'COPY vendor /code/vendor',
    ],
    [
      'an owner',
      ['FROM node:22', 'COPY --chown=node:node package.json pnpm-lock.yaml ./', 'RUN pnpm install'],
      'COPY --chown=node:node vendor ./vendor',
    ],
    [
      'a stage before',
      ['FROM node:22 AS base', 'RUN apt-get update', 'FROM base', 'COPY package.json yarn.lock ./', 'RUN yarn install'],
      'COPY vendor ./vendor',
    ],
  ])('copies the archive with %s', (_, lines, line) => {
    const at = lines.findIndex((one) => /^COPY.*(package|requirements)/.test(one));
    expect(edit(...lines)).toEqual([...lines.slice(0, at + 1), line, ...lines.slice(at + 1)]);
  });

  it.each<[string, string[]]>([
    ['everything is copied before', ['FROM node:22', 'COPY . .', 'RUN npm ci']],
    ['nothing is installed', ['FROM node:22', 'COPY dist dist', 'CMD ["node", "dist/main.js"]']],
    ['files come from another stage', ['FROM node:22', 'COPY --from=build /app/package.json ./', 'CMD ["node", "x"]']],
  ])('changes nothing if %s', (_, lines) => {
    expect(edit(...lines)).toBeUndefined();
  });

  it('mounts the archive beside the dependency files', () => {
    const lines = [
      'FROM python:3.12',
      'RUN --mount=type=cache,target=/root/.cache/uv \\',
      '    --mount=type=bind,source=uv.lock,target=uv.lock \\',
      '    --mount=type=bind,source=pyproject.toml,target=pyproject.toml \\',
      '    uv sync --locked',
      'COPY . /app',
      'RUN uv sync',
    ];
    const line = '    --mount=type=bind,source=vendor,target=vendor \\';
    expect(edit(...lines)).toEqual([...lines.slice(0, 4), line, ...lines.slice(4)]);
    expect(edit('FROM python:3.12', `RUN ${lines[2]?.trim()}`, '    uv sync')).toEqual([
      'FROM python:3.12',
      `RUN ${lines[2]?.trim()}`,
      line,
      '    uv sync',
    ]);
  });

  it('changes every image', () => {
    const text = 'FROM node:22\nCOPY package.json ./\nRUN npm ci\n';
    const app = { Dockerfile: text, 'test.Dockerfile': text, 'docker/Dockerfile.dev': text };
    const after = text.replace('./\n', './\nCOPY vendor ./vendor\n');
    expect(editDockerfiles(filesOf(app), archive(text))).toEqual(
      Object.keys(app)
        .sort()
        .map((file) => ({ file, after })),
    );
  });

  it('copies the archive where the dependency file comes from another stage', () => {
    const lines = [
      'FROM python:3.12 AS lock',
      'COPY uv.lock pyproject.toml ./',
      'RUN uv export -o /requirements.txt',
      'FROM python:3.12',
      'COPY --from=lock --chown=app /requirements.txt .',
      'RUN pip install -r requirements.txt',
    ];
    expect(edit(...lines)).toEqual([...lines.slice(0, 5), 'COPY --chown=app vendor ./vendor', ...lines.slice(5)]);
  });

  it('leaves stages of another language alone', () => {
    const lines = ['FROM node:22 AS page', 'COPY package.json ./', 'RUN npm ci', 'FROM python:3.12', 'COPY . .'];
    const files = filesOf({ Dockerfile: lines.join('\n') });
    expect(editDockerfiles(files, { language: 'python', folder: 'vendor' })).toEqual([]);
  });

  it.each<[string, string[], number, string]>([
    [
      'mounts',
      [
        'FROM python:3.12',
        'RUN --mount=type=bind,source=uv.lock,target=uv.lock \\',
        '    uv sync --package app',
        'COPY ./backend/app /app/backend/app',
      ],
      2,
      '    --mount=type=bind,source=backend/vendor,target=backend/vendor \\',
    ],
    [
      'files in the root',
      ['FROM python:3.12', 'COPY uv.lock /app/', 'RUN uv sync', 'COPY backend/app backend/app'],
      2,
      'COPY backend/vendor /app/backend/vendor',
    ],
    [
      'files of the application',
      ['FROM python:3.12', 'COPY ./backend/pyproject.toml /app/backend/', 'RUN uv sync'],
      2,
      'COPY backend/vendor /app/backend/vendor',
    ],
    ['its own folder', ['FROM python:3.12', 'COPY pyproject.toml ./', 'RUN uv sync'], 2, 'COPY vendor ./vendor'],
  ])('copies the archive of a workspace with %s', (_, lines, at, line) => {
    const workspace = { folder: 'backend', locks: ['uv.lock'] };
    expect(editIn(workspace, ...lines)).toEqual([...lines.slice(0, at), line, ...lines.slice(at)]);
  });

  it.each([
    ['RUN pip install --no-cache-dir .', 'RUN pip install --no-cache-dir ./vendor/r.whl .'],
    ['RUN pip install -e .[dev]', 'RUN pip install ./vendor/r.whl -e .[dev]'],
    ['RUN pip install uv', 'RUN pip install uv'],
  ])('installs the archive with the project: %s', (line, want) => {
    const files = filesOf({ Dockerfile: `FROM python:3.12\nCOPY . .\n${line}\n` });
    const [found] = editDockerfiles(files, { language: 'python', folder: 'vendor', project: 'vendor/r.whl' });
    const after = found !== undefined && 'after' in found ? found.after : files.read('Dockerfile');
    expect(after?.split('\n')[2]).toBe(want);
  });

  it('prints the mount for a dependency file that is mounted elsewhere', () => {
    expect(
      edit('FROM python:3.12', 'RUN --mount=type=bind,source=api/uv.lock,target=uv.lock \\', '    uv sync'),
    ).toEqual(['--mount=type=bind,source=vendor,target=vendor']);
  });
});

describe('editDockerignores', () => {
  const edit = (...lines: string[]) => {
    const archive = { path: 'vendor/r-1.tgz', versions: 'vendor/r-*.tgz' };
    const files = filesOf({ '.dockerignore': lines.join('\n') });
    const [found] = editDockerignores(files, { entry: 'src/main.ts', dir: 'src/ai', archive });
    return found?.after.trimEnd().split('\n').slice(lines.length);
  };

  it.each<[string, string[], string[] | undefined]>([
    ['ordinary exclusions', ['node_modules', '**/dist', '# vendor', '*.md', '.git'], undefined],
    ['a list of exceptions', ['*', '!src', '!package.json'], ['!vendor/r-*.tgz']],
    ['an exception for it', ['*', '!src', '!vendor/'], undefined],
    ['its folder', ['/vendor/'], ['!vendor/r-*.tgz']],
    ['its file type', ['**/*.tgz'], ['!vendor/r-*.tgz']],
    ['the folder of the guest', ['vendor', '!vendor', 'src/ai'], ['!src/ai']],
    ['what modules have', ['**/*.md'], ['!src/ai']],
    ['the entry point as well', ['src'], undefined],
  ])('lets images have what they need with %s', (_, lines, after) => {
    expect(edit(...lines)).toEqual(after);
  });

  it('keeps line endings, and reads the list of each Dockerfile', () => {
    const files = filesOf({ 'docker/Dockerfile.dockerignore': '*\r\n!src\r\n' });
    const archive = { path: 'vendor/r', versions: 'vendor/r' };
    expect(editDockerignores(files, { entry: 'src/a.ts', dir: 'src/ai', archive })).toEqual([
      { file: 'docker/Dockerfile.dockerignore', after: '*\r\n!src\r\n!vendor/r\r\n' },
    ]);
  });
});

describe('package.json', () => {
  it.each<[string, string, string]>([
    [
      'in its sorted place',
      '{\n  "dependencies": {\n    "a": "1",\n    "z": "1"\n  }\n}\n',
      '{\n  "dependencies": {\n    "a": "1",\n    "m": "2",\n    "z": "1"\n  }\n}\n',
    ],
    [
      'last, if the keys are not sorted',
      '{\n  "dependencies": {\n    "z": "1",\n    "a": "1"\n  }\n}\n',
      '{\n  "dependencies": {\n    "z": "1",\n    "a": "1",\n    "m": "2"\n  }\n}\n',
    ],
    ['in an empty object', '{\n  "dependencies": {}\n}\n', '{\n  "dependencies": {\n    "m": "2"\n  }\n}\n'],
    [
      'in a new object',
      '{\n    "name": "x"\n}\n',
      '{\n    "name": "x",\n    "dependencies": {\n        "m": "2"\n    }\n}\n',
    ],
    [
      'with tabs',
      '{\n\t"dependencies": {\n\t\t"a": "1"\n\t}\n}\n',
      '{\n\t"dependencies": {\n\t\t"a": "1",\n\t\t"m": "2"\n\t}\n}\n',
    ],
    [
      'with carriage returns',
      '{\r\n  "dependencies": {\r\n    "a": "1"\r\n  }\r\n}\r\n',
      '{\r\n  "dependencies": {\r\n    "a": "1",\r\n    "m": "2"\r\n  }\r\n}\r\n',
    ],
  ])('gets an entry %s', (_, text, after) => {
    expect(addToJsonObject(text, 'dependencies', 'm', '2')).toBe(after);
  });

  it.each<[string, string, string | undefined]>([
    ['on one line', '{\n  "dependencies": { "a": "1" }\n}\n', '{\n  "dependencies": { "a": "1", "m": "2" }\n}\n'],
    ['of a file on one line', '{ "dependencies": {"a":"1"} }\n', '{ "dependencies": {"a":"1", "m": "2"} }\n'],
    ['that is there twice', '{\n  "dependencies": { "a": "1" },\n  "dependencies": {}\n}\n', undefined],
    [
      'with the same name inside another',
      '{\n  "pnpm": {\n    "dependencies": {\n      "a": "1"\n    }\n  }\n}\n',
      '{\n  "pnpm": {\n    "dependencies": {\n      "a": "1"\n    }\n  },\n  "dependencies": {\n    "m": "2"\n  }\n}\n',
    ],
    [
      'behind such an object, as in packageExtensions',
      '{\n  "p": { "x": {\n    "dependencies": { "a": "1" }\n  } },\n  "dependencies": { "a": "1" }\n}\n',
      '{\n  "p": { "x": {\n    "dependencies": { "a": "1" }\n  } },\n  "dependencies": { "a": "1", "m": "2" }\n}\n',
    ],
    ['that has it', '{\n  "dependencies": { "m": "1" }\n}\n', '{\n  "dependencies": { "m": "2" }\n}\n'],
    ['with a syntax error', '{\n  "dependencies": { "a": "1"\n}\n', undefined],
    ['that is a list', '{\n  "dependencies": []\n}\n', undefined],
  ])('gets an entry in an object %s, or nothing', (_, text, after) => {
    expect(addToJsonObject(text, 'dependencies', 'm', '2')).toBe(after);
  });

  it('gets another script', () => {
    const text = '{\n  "scripts": {\n    "build": "tsc -p \\"x\\"",\n    "test": "x"\n  }\n}\n';
    expect(changeJsonEntry(text, 'scripts', 'build', (script) => `${script} && y`)).toBe(
      text.replace('\\"x\\""', '\\"x\\" && y"'),
    );
    expect(changeJsonEntry(text, 'scripts', 'start', () => '')).toBeUndefined();
  });

  it.each<[string, string, string]>([
    ['on one line', '{\n  "exclude": ["a"]\n}\n', '{\n  "exclude": ["a", "m"]\n}\n'],
    ['on several lines', '{\n  "exclude": [\n    "a"\n  ]\n}\n', '{\n  "exclude": [\n    "a",\n    "m"\n  ]\n}\n'],
    ['that is empty', '{\n  "exclude": []\n}\n', '{\n  "exclude": ["m"]\n}\n'],
    [
      'that is missing',
      '{\n  // comment\n  "include": ["src"]\n}\n',
      '{\n  // comment\n  "include": ["src"],\n  "exclude": ["x", "m"]\n}\n',
    ],
    [
      'that is missing, behind a comment',
      '{\n  "include": ["src"] // comment\n  // end\n}\n',
      '{\n  "include": ["src"], // comment\n  "exclude": ["x", "m"]\n  // end\n}\n',
    ],
    [
      'behind a comment and a comma',
      '{\r\n  "exclude": [\r\n    "a", // comment\r\n  ],\r\n}\r\n',
      '{\r\n  "exclude": [\r\n    "a", // comment\r\n    "m",\r\n  ],\r\n}\r\n',
    ],
    ['with only a comment', '{\n  "exclude": [\n    // a\n  ]\n}\n', '{\n  "exclude": [\n    // a\n    "m"\n  ]\n}\n'],
    ['that has it', '{ "exclude": ["m"] }\n', '{ "exclude": ["m"] }\n'],
  ])('gets an item in a list %s', (_, text, after) => {
    expect(addToJsonList(text, ['exclude'], 'm', ['x'])).toBe(after);
  });
});

describe('pyproject.toml', () => {
  it.each<[string, string, string]>([
    [
      'sorted',
      '[project]\ndependencies = [\n    "a>=1",\n    "z",\n]\n',
      '[project]\ndependencies = [\n    "a>=1",\n    "m",\n    "z",\n]\n',
    ],
    [
      'last, if not sorted',
      '[project]\ndependencies = [\n  "z",\n  "a" # comment\n]\n',
      '[project]\ndependencies = [\n  "z",\n  "a", # comment\n  "m",\n]\n',
    ],
    [
      'with brackets in items',
      '[project]\ndependencies = [\n    "a[x]>=1",\n]\n\n[tool.x]\n',
      '[project]\ndependencies = [\n    "a[x]>=1",\n    "m",\n]\n\n[tool.x]\n',
    ],
    ['on one line', '[project]\ndependencies = ["a", "b"]\n', '[project]\ndependencies = ["a", "b", "m"]\n'],
    ['in an empty list', '[project]\ndependencies = []\n', '[project]\ndependencies = ["m"]\n'],
  ])('gets a dependency %s', (_, text, after) => {
    expect(addToTomlList(text, 'project', 'dependencies', 'm')).toBe(after);
  });

  it('is not changed without the list', () => {
    expect(addToTomlList('[tool.x]\ndependencies = []\n', 'project', 'dependencies', 'm')).toBeUndefined();
  });

  it('gets a line in a table', () => {
    expect(addToTomlTable('[a]\nx = 1\n\n[b]\n', 'a', 'y = 2')).toBe('[a]\nx = 1\ny = 2\n\n[b]\n');
    expect(addToTomlTable('[b]\n', 'a.c', 'y = 2')).toBe('[b]\n\n[a.c]\ny = 2\n');
  });
});

describe('pythonDependencies', () => {
  const runtime = {
    name: 'ai-module-runtime',
    path: 'vendor/r.whl',
    version: '1.0',
    range: '>=1.0,<2',
    others: {},
    testing: {},
  };
  const change = (app: Readonly<Record<string, string>>, manager: string, archive = runtime) =>
    pythonDependencies(filesOf(app), manager, archive as typeof runtime, 'python3');

  it('adds the path of the archive to the list of pip', () => {
    expect(change({ 'requirements.txt': 'fastapi' }, 'pip').edits).toEqual([
      { file: 'requirements.txt', after: 'fastapi\n./vendor/r.whl\n' },
    ]);
  });

  it('changes the source of a list that uv compiled as well', () => {
    const app = {
      'requirements.txt': '# uv pip compile pyproject.toml -o requirements.txt\n',
      'pyproject.toml': '[project]\ndependencies = []\n',
    };
    const files = change(app, 'pip').edits.map(({ file }) => file);
    expect(files).toEqual(['requirements.txt', 'pyproject.toml']);
  });

  const compiled = (tool: string, command: string) =>
    `# This file is autogenerated by ${tool}\n#    ${command}\nx==1\n`;

  it.each<[string, Readonly<Record<string, string>>, unknown, unknown]>([
    [
      'pip-compile, which keeps only relative URLs',
      { 'requirements.txt': compiled('pip-compile with Python 3.12', 'pip-compile base.in'), 'base.in': 'x\n' },
      { 'requirements.txt': 'file:vendor/r.whl\n', 'base.in': 'file:vendor/r.whl\n' },
      [],
    ],
    [
      'pip-compile, by the usual name',
      { 'requirements.txt': compiled('pip-compile', 'make lists'), 'requirements.in': 'x\n' },
      { 'requirements.txt': 'file:vendor/r.whl\n', 'requirements.in': 'file:vendor/r.whl\n' },
      [],
    ],
    [
      'uv, in a folder',
      {
        'requirements/base.txt': compiled('uv via', 'uv pip compile base.in -o base.txt'),
        'requirements/base.in': 'x\n',
      },
      { 'requirements/base.txt': './vendor/r.whl\n', 'requirements/base.in': './vendor/r.whl\n' },
      [],
    ],
    [
      'pip-compile from pyproject.toml',
      { 'requirements.txt': compiled('pip-compile', 'pip-compile pyproject.toml'), 'pyproject.toml': '[project]\n' },
      { 'requirements.txt': 'file:vendor/r.whl\n' },
      ['pip-compile makes it of pyproject.toml, where it does not find the archive: add these lines again after it'],
    ],
    [
      'an unknown file',
      { 'requirements.txt': compiled('pip-compile', 'pip-compile') },
      { 'requirements.txt': 'file:vendor/r.whl\n' },
      ['pip-compile made it: add the lines to its source as well'],
    ],
    [
      'hashes',
      { 'requirements.txt': 'x==1 \\\n    --hash=sha256:1\n' },
      {},
      [expect.stringContaining('its lines have hashes')],
    ],
  ])('changes the source of a compiled list: %s', (_, app, added, reasons) => {
    const { edits, printed } = change(app, 'pip');
    expect(Object.fromEntries(edits.map(({ file, after }) => [file, after.slice(app[file]?.length)]))).toEqual(added);
    expect(printed.map(({ reason }) => reason)).toEqual(reasons);
  });

  it('names the runtime in the list for developers, which pip-compile finds by the other list', () => {
    const archive = { ...runtime, testing: { 'ai-module-runtime[testing]': '' } };
    const command = 'pip-compile requirements-dev.in';
    const app = {
      'requirements.txt': compiled('pip-compile', 'pip-compile'),
      'requirements.in': 'x\n',
      'requirements-dev.txt': compiled('pip-compile', command),
      'requirements-dev.in': '-r requirements.in\n',
    };
    const line = 'ai-module-runtime[testing]==1.0+vendored\n';
    const added = (one: Readonly<Record<string, string>>) =>
      change(one, 'pip', archive).edits.map(({ file, after }) => [file, after.slice(one[file]?.length)]);
    const own = [
      ['requirements.txt', 'file:vendor/r.whl\n'],
      ['requirements.in', 'file:vendor/r.whl\n'],
      ['requirements-dev.txt', line],
    ];
    expect(added(app)).toEqual([...own, ['requirements-dev.in', line]]);
    const separate = { ...app, 'requirements-dev.in': 'pytest\n' };
    expect(added(separate)).toEqual(own);
    expect(change(separate, 'pip', archive).printed).toMatchObject([{ file: 'requirements-dev.txt' }]);
  });

  it('prints the lines for an environment of conda, unless it names the list of pip', () => {
    const conda = { file: 'environment.yml', reason: expect.any(String), lines: ['- ./vendor/r.whl'] };
    const environment = { 'environment.yml': 'dependencies:\n  - pip:\n    - fastapi\n' };
    expect(change(environment, 'pip')).toMatchObject({ edits: [], printed: [conda] });
    expect(change({ ...environment, 'requirements.txt': 'x\n' }, 'pip').printed).toEqual([conda]);
    const named = { 'environment.yml': '  - pip:\n    - -r requirements.txt\n', 'requirements.txt': 'x\n' };
    expect(change(named, 'pip').printed).toEqual([]);
  });

  it('pins the archive in pyproject.toml for uv, and resolves with it', () => {
    const app = { 'pyproject.toml': '[project]\ndependencies = ["fastapi"]\n', 'uv.lock': '' };
    const { edits, resolve, locks } = change(app, 'uv');
    expect(edits[0]?.after).toBe(
      '[project]\ndependencies = ["fastapi", "ai-module-runtime==1.0+vendored"]\n\n[tool.uv.sources]\nai-module-runtime = { path = "vendor/r.whl" }\n',
    );
    expect([resolve, locks]).toEqual([['uv', 'lock'], ['uv.lock']]);
  });

  it('writes a range for a registry', () => {
    const archive = { ...runtime, path: undefined } as never;
    expect(change({ 'requirements.txt': 'fastapi\n' }, 'pip', archive).edits[0]?.after).toBe(
      'fastapi\nai-module-runtime>=1.0,<2\n',
    );
  });

  it('adds what modules need, unless it is listed', () => {
    const archive = { ...runtime, others: { openai: '>=3,<4', fastapi: '>=1' } };
    expect(change({ 'requirements.txt': 'fastapi\n' }, 'pip', archive as never).edits[0]?.after).toBe(
      'fastapi\n./vendor/r.whl\nopenai>=3,<4\n',
    );
    const project = { 'pyproject.toml': '[project]\ndependencies = ["fastapi"]\n', 'uv.lock': '' };
    expect(change(project, 'uv', archive as never).edits[0]?.after).toContain(
      '["fastapi", "ai-module-runtime==1.0+vendored", "openai>=3,<4"]',
    );
  });

  it('adds what tests of modules need where developers list theirs', () => {
    const archive = { ...runtime, testing: { 'ai-module-runtime[embedded,testing]': '*' } } as never;
    const edited = (app: Readonly<Record<string, string>>, manager: string) =>
      Object.fromEntries(change(app, manager, archive).edits.map(({ file, after }) => [file, after]));
    expect(edited({ 'requirements.txt': 'fastapi\n', 'requirements-dev.txt': 'pytest\n' }, 'pip')).toEqual({
      'requirements.txt': 'fastapi\n./vendor/r.whl\n',
      'requirements-dev.txt': 'pytest\n./vendor/r.whl[embedded,testing]\n',
    });
    const developers = { 'requirements.txt': 'fastapi\n', 'requirements-dev.txt': 'pytest\n' };
    expect(change(developers, 'pip', archive).install).toBe('pip install -r requirements.txt -r requirements-dev.txt');
    expect(edited({ 'requirements.txt': 'fastapi\npytest\n' }, 'pip')).toEqual({
      'requirements.txt': 'fastapi\npytest\n./vendor/r.whl[embedded,testing]\n',
    });
    expect(edited({ 'requirements.txt': 'fastapi\n' }, 'pip')).toEqual({
      'requirements.txt': 'fastapi\n./vendor/r.whl\n',
    });
    const project = '[project]\ndependencies = []\n\n[dependency-groups]\ndev = ["pytest"]\n';
    expect(edited({ 'pyproject.toml': project, 'uv.lock': '' }, 'uv')['pyproject.toml']).toContain(
      'dev = ["pytest", "ai-module-runtime[embedded,testing]==1.0+vendored"]',
    );
    const extras = '[project]\ndependencies = []\n\n[project.optional-dependencies]\ntest = ["pytest"]\n';
    expect(edited({ 'pyproject.toml': extras }, 'pip')['pyproject.toml']).toContain(
      'test = ["pytest", "ai-module-runtime[embedded,testing]==1.0+vendored"]',
    );
  });

  it('prints what tests of modules need, if it conflicts with the application', () => {
    const testing = { ...runtime, testing: { 'ai-module-runtime[testing]': '*' } } as never;
    const leftOut = (app: Readonly<Record<string, string>>, manager: string) => {
      const { edits, printed } = withoutTesting(filesOf(app), change(app, manager, testing), change(app, manager));
      return [edits.map(({ file }) => file), printed.map(({ file, lines }) => [file, ...lines])];
    };
    expect(leftOut({ 'requirements.txt': 'fastapi\n', 'requirements-dev.txt': 'pytest<8' }, 'pip')).toEqual([
      ['requirements.txt'],
      [['requirements-dev.txt', './vendor/r.whl[testing]']],
    ]);
    const project = '[project]\ndependencies = []\n\n[dependency-groups]\ndev = [\n  "pytest<8",\n]\n';
    expect(leftOut({ 'pyproject.toml': project, 'uv.lock': '' }, 'uv')).toEqual([
      ['pyproject.toml'],
      [['pyproject.toml', '  "ai-module-runtime[testing]==1.0+vendored",']],
    ]);
    expect(leftOut({ 'requirements.txt': 'fastapi\n' }, 'pip')).toEqual([['requirements.txt'], []]);
  });

  it.each<[string, string, string]>([
    [
      'its own table',
      '[tool.poetry.dependencies]\npython = "^3.11"\n\n[x]\n',
      '[tool.poetry.dependencies]\npython = "^3.11"\nai-module-runtime = { path = "vendor/r.whl" }\nopenai = ">=3,<4"\n\n[x]\n',
    ],
    [
      'the list of the project',
      '[project]\ndependencies = ["fastapi"]\n',
      '[project]\ndependencies = ["fastapi", "ai-module-runtime==1.0+vendored", "openai>=3,<4"]\n\n[tool.poetry.dependencies]\nai-module-runtime = { path = "vendor/r.whl" }\n',
    ],
  ])('adds the archive for Poetry to %s', (_, text, after) => {
    const archive = { ...runtime, others: { openai: '>=3,<4' } } as never;
    expect(change({ 'pyproject.toml': text, 'poetry.lock': '' }, 'poetry', archive).edits).toEqual([
      { file: 'pyproject.toml', after },
    ]);
  });

  it("adds what tests of modules need to the developers' group of Poetry", () => {
    const testing = { ...runtime, testing: { 'ai-module-runtime[embedded,testing]': '*' } } as never;
    const text =
      '[tool.poetry.dependencies]\npython = "^3.11"\n\n[tool.poetry.group.dev.dependencies]\npytest = "^8.0"\n';
    expect(change({ 'pyproject.toml': text }, 'poetry', testing)).toMatchObject({
      edits: [
        {
          after: `${text
            .replace('"^3.11"\n', '"^3.11"\nai-module-runtime = { path = "vendor/r.whl" }\n')
            .trimEnd()}\nai-module-runtime = { path = "vendor/r.whl", extras = ["embedded", "testing"] }\n`,
        },
      ],
      locks: [],
    });
  });

  it('prints the lines for a list that is not text', () => {
    const files = { paths: ['requirements.txt'], read: () => undefined };
    expect(pythonDependencies(files, 'pip', runtime, 'python3')).toMatchObject({
      edits: [],
      printed: [{ file: 'requirements.txt', lines: ['./vendor/r.whl'] }],
    });
  });

  it('prints the dependency for other managers', () => {
    expect(change({ Pipfile: '' }, 'pipenv')).toMatchObject({ edits: [], printed: [{ lines: ['./vendor/r.whl'] }] });
  });
});
