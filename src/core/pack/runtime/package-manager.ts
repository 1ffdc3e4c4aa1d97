import type { PackMeta } from '../pack-meta.ts';

type Commands = PackMeta['commands'];
type Command = readonly string[];

interface PackageManager {
  readonly name: string;
  readonly isPython?: boolean;
  /** Its lock files. */
  readonly locks: readonly string[];
  /** Replacements for the start of a command, the longest first. An empty one drops the command. */
  readonly commands: Replacements;
  /** More of them for the command that adds packages. */
  readonly add?: Replacements;
}

type Replacements = readonly (readonly [from: string, to: string])[];

/** The commands of packs are those of npm and pip. Other package managers need other ones. */
const managers: readonly PackageManager[] = [
  { name: 'npm', locks: ['package-lock.json', 'npm-shrinkwrap.json'], commands: [] },
  {
    name: 'pnpm',
    locks: ['pnpm-lock.yaml'],
    add: [
      ['npm install --save-exact', 'pnpm add --save-exact'],
      ['npm install', 'pnpm add'],
    ],
    commands: [
      ['npm', 'pnpm'],
      ['npx', 'pnpm exec'],
    ],
  },
  {
    name: 'yarn',
    locks: ['yarn.lock'],
    add: [
      ['npm install --save-exact', 'yarn add --exact'],
      ['npm install', 'yarn add'],
    ],
    commands: [
      ['npm', 'yarn'],
      ['npx', 'yarn run'],
    ],
  },
  {
    name: 'bun',
    locks: ['bun.lock', 'bun.lockb'],
    add: [
      ['npm install --save-exact', 'bun add --exact'],
      ['npm install', 'bun add'],
    ],
    commands: [
      ['npm start', 'bun run start'],
      ['npm', 'bun'],
      ['npx', 'bunx'],
    ],
  },
  {
    name: 'uv',
    isPython: true,
    locks: ['uv.lock'],
    commands: [
      ['python3 -m venv', ''],
      ['.venv/bin/pip install -e .[dev]', 'uv sync --extra dev'],
      ['.venv/bin/pip install -r requirements.txt', 'uv sync --extra dev'],
      ['.venv/bin/pip install', 'uv add'],
      ['.venv/bin/', 'uv run '],
    ],
  },
  {
    name: 'poetry',
    isPython: true,
    locks: ['poetry.lock'],
    commands: [
      ['python3 -m venv', ''],
      ['.venv/bin/pip install -r requirements.txt', 'poetry install'],
      ['.venv/bin/pip install', 'poetry add'],
      ['.venv/bin/', 'poetry run '],
    ],
  },
  // A virtual environment elsewhere, which is active.
  { name: 'active', locks: [], commands: [['.venv/bin/', '']] },
];

export function locksOf(manager: string): readonly string[] {
  return managers.find(({ name }) => name === manager)?.locks ?? [];
}

export const lockFiles: readonly string[] = managers.flatMap(({ locks }) => locks);

/**
 * The package manager of a folder with these files; `undefined` if it has none. `packageJson` is a text. The root of a
 * workspace may have one for Node and one for Python.
 */
export function managerOf(
  files: ReadonlySet<string>,
  packageJson: string | undefined,
  isPython?: boolean,
): string | undefined {
  const declared = isPython ? undefined : /"packageManager"\s*:\s*"([a-z]+)@/.exec(packageJson ?? '')?.[1];
  const fits = managers.filter((one) => isPython === undefined || isPython === (one.isPython ?? false));
  return declared ?? fits.find(({ locks }) => locks.some((lock) => files.has(lock)))?.name;
}

/** The commands of a pack for a package manager; unchanged for one that is unknown. */
export function commandsFor(commands: Commands, manager: string): Commands {
  const { commands: table = [], add: more = [] } = managers.find(({ name }) => name === manager) ?? {};
  const all = (list: readonly Command[]) =>
    list.map((command) => translate(command, table)).filter((command) => command.length > 0);
  const { install, start, add, verify, verify_attached: attached, format } = commands;
  return {
    install: all(install),
    start: all(start),
    add: translate(add, [...more, ...table]),
    verify: all(verify),
    ...(attached && { verify_attached: all(attached) }),
    format: all(format),
  };
}

function translate(command: Command, table: Replacements): string[] {
  for (const [from, to] of table) {
    // A path is the start of a program.
    if (from.endsWith('/') && command[0]?.startsWith(from))
      return [...wordsOf(to), command[0].slice(from.length), ...command.slice(1)];
    const words = wordsOf(from);
    if (words.every((word, at) => command[at] === word))
      return to === '' ? [] : [...wordsOf(to), ...command.slice(words.length)];
  }
  return [...command];
}

function wordsOf(text: string): string[] {
  return text.split(' ').filter((word) => word !== '');
}
