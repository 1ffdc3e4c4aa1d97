import { expect, it } from 'vitest';
import { commandsFor, managerOf } from '../../../../src/core/pack/runtime/package-manager.ts';

const node = {
  install: [['npm', 'install']],
  start: [['npm', 'start']],
  add: ['npm', 'install', '--save-exact'],
  verify: [['npx', 'vitest', 'run', '{{module_dir}}']],
  format: [['npx', 'biome', 'format']],
};
const python = {
  install: [
    ['python3', '-m', 'venv', '.venv'],
    ['.venv/bin/pip', 'install', '-e', '.[dev]'],
  ],
  start: [['.venv/bin/python', '-m', 'app']],
  add: ['.venv/bin/pip', 'install'],
  verify: [['.venv/bin/python', '-m', 'pytest', '-q', '{{module_dir}}']],
  format: [['.venv/bin/ruff', 'format']],
};

it.each<[string, typeof node, string[]]>([
  [
    'npm',
    node,
    ['npm install', 'npm start', 'npm install --save-exact', 'npx vitest run {{module_dir}}', 'npx biome format'],
  ],
  [
    'pnpm',
    node,
    [
      'pnpm install',
      'pnpm start',
      'pnpm add --save-exact',
      'pnpm exec vitest run {{module_dir}}',
      'pnpm exec biome format',
    ],
  ],
  [
    'yarn',
    node,
    ['yarn install', 'yarn start', 'yarn add --exact', 'yarn run vitest run {{module_dir}}', 'yarn run biome format'],
  ],
  [
    'bun',
    node,
    ['bun install', 'bun run start', 'bun add --exact', 'bunx vitest run {{module_dir}}', 'bunx biome format'],
  ],
  [
    'cnpm',
    node,
    ['npm install', 'npm start', 'npm install --save-exact', 'npx vitest run {{module_dir}}', 'npx biome format'],
  ],
  [
    'uv',
    python,
    [
      'uv sync --extra dev',
      'uv run python -m app',
      'uv add',
      'uv run python -m pytest -q {{module_dir}}',
      'uv run ruff format',
    ],
  ],
])('translates the commands for %s', (manager, commands, want) => {
  const { install, start, add, verify, format } = commandsFor(commands, manager);
  expect([...install, ...start, add, ...verify, ...format].map((words) => words.join(' '))).toEqual(want);
});

it.each<[string | undefined, string[], string | undefined]>([
  ['npm', ['package-lock.json'], '{}'],
  ['pnpm', ['pnpm-lock.yaml'], undefined],
  ['yarn', ['yarn.lock'], undefined],
  ['bun', ['bun.lockb'], undefined],
  ['uv', ['uv.lock'], undefined],
  ['pnpm', ['package-lock.json'], '{ "packageManager": "pnpm@10.1.0+sha512.ab" }'],
  [undefined, [], '{ "name": "host" }'],
])('detects %s from %j and package.json %j', (want, files, packageJson) => {
  expect(managerOf(new Set(files), packageJson)).toBe(want);
});
