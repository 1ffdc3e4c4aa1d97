import type { AppFiles } from '../application.ts';
import {
  type DependencyChange,
  noResolution,
  printedOnly,
  type Resolution,
  type RuntimeArchive,
} from '../dependency-change.ts';
import { addToTomlTable } from '../edit-toml.ts';
import { pipDependencies } from './pip.ts';
import {
  addToProject,
  listMissing,
  projectRequirement,
  requirement,
  testingExtras,
  withSource,
  withTesting,
} from './pyproject.ts';

/** Adds the runtime to the dependencies of a Python application. `python` is its interpreter. */
export function pythonDependencies(
  files: AppFiles,
  manager: string,
  runtime: RuntimeArchive,
  python: string,
): DependencyChange {
  if (manager === 'pip') return pipDependencies(files, runtime, python);
  if (manager !== 'uv' && manager !== 'poetry')
    return printedOnly(manager, `${manager} is not supported`, [requirement(runtime)]);
  const text = files.read('pyproject.toml') ?? '';
  const after = manager === 'uv' ? forUv(text, runtime) : forPoetry(text, runtime);
  if (after === undefined) return printedOnly('pyproject.toml', listMissing, [projectRequirement(runtime)]);
  return { ...pythonResolution(files, manager), edits: [{ file: 'pyproject.toml', after }], printed: [] };
}

/** How the lock file of a Python application is written. */
export function pythonResolution({ paths }: AppFiles, manager: string): Resolution {
  if (manager === 'uv')
    return {
      resolve: ['uv', 'lock'],
      copied: ['pyproject.toml', 'uv.lock', '.python-version', 'README.md'],
      locks: paths.includes('uv.lock') ? ['uv.lock'] : [],
    };
  if (manager === 'poetry')
    return {
      resolve: ['poetry', 'lock', '--no-interaction'],
      copied: ['pyproject.toml', 'poetry.lock', 'README.md'],
      locks: paths.includes('poetry.lock') ? ['poetry.lock'] : [],
    };
  return noResolution;
}

function forUv(text: string, runtime: RuntimeArchive): string | undefined {
  const listed = addToProject(text, runtime);
  return listed && withSource(withTesting(listed, runtime) ?? listed, runtime);
}

/** Poetry 2 reads the list of the project, and takes paths from its own table; before, it reads only that. */
function forPoetry(text: string, runtime: RuntimeArchive): string | undefined {
  const { name, path, others } = runtime;
  const inProject = addToProject(text, runtime);
  if (inProject === undefined && !text.includes(`[${poetryTable}]`)) return undefined;
  const missing = Object.entries(others).filter(([other]) => !new RegExp(`^${other}\\s*=`, 'm').test(text));
  const lines = [
    ...(inProject === undefined || path !== undefined ? [`${name} = ${inPoetry(runtime)}`] : []),
    ...(inProject === undefined ? missing.map(([other, range]) => `${other} = "${range}"`) : []),
  ];
  const listed = lines.reduce((edited, line) => addToTomlTable(edited, poetryTable, line), inProject ?? text);
  const extras = testingExtras(runtime).slice(1, -1).split(',');
  const group = poetryGroups.find((table) => text.includes(`[${table}]`));
  if (group === undefined || extras[0] === '') return listed;
  return addToTomlTable(listed, group, `${name} = ${inPoetry(runtime, extras)}`);
}

const poetryTable = 'tool.poetry.dependencies';

/** Tables with what developers need. */
const poetryGroups = [
  ...['dev', 'test', 'tests'].map((group) => `tool.poetry.group.${group}.dependencies`),
  'tool.poetry.dev-dependencies',
];

function inPoetry({ path, range }: RuntimeArchive, extras: readonly string[] = []): string {
  if (path === undefined && extras.length === 0) return JSON.stringify(range);
  const source = path === undefined ? `version = "${range}"` : `path = "${path}"`;
  const list = extras.map((extra) => JSON.stringify(extra)).join(', ');
  return `{ ${source}${list === '' ? '' : `, extras = [${list}]`} }`;
}
