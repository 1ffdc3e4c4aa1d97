import type { AppFiles } from '../application.ts';
import { type DependencyChange, printedOnly, type RuntimeArchive } from '../dependency-change.ts';
import { requirementFiles } from './detect-python.ts';
import {
  addToProject,
  listMissing,
  missingIn,
  projectRequirement,
  requirement,
  testingExtras,
  withSource,
  withTesting,
} from './pyproject.ts';

/** The files of pip that list what developers need, the most usual first. */
const developmentFiles = [
  'requirements-dev.txt',
  'requirements_dev.txt',
  'dev-requirements.txt',
  'requirements/dev.txt',
  'requirements/development.txt',
  'requirements/local.txt',
  'requirements-test.txt',
  'requirements/test.txt',
  'requirements/tests.txt',
];

/** Adds the runtime to the list of pip, else to pyproject.toml. */
export function pipDependencies(files: AppFiles, runtime: RuntimeArchive, python: string): DependencyChange {
  const check = [
    python,
    '-m',
    'pip',
    'install',
    '--dry-run',
    '--quiet',
    '--ignore-installed',
    '--disable-pip-version-check',
  ];
  const [list] = requirementFiles(files);
  const project = files.read('pyproject.toml');
  const inProject = project && addToProject(project, runtime);
  if (list !== undefined) {
    const text = files.read(list);
    if (text === undefined)
      return printedOnly(list, 'it is not text in UTF-8', [requirement(runtime), ...missingIn('', runtime)]);
    const ending = text.includes('\r\n') ? '\r\n' : '\n';
    const extras = testingExtras(runtime);
    const dev = extras === '' ? undefined : developmentFiles.find((path) => files.read(path) !== undefined);
    // Without a list for developers, one with pytest is for them as well.
    const isForAll = dev === undefined && /^pytest\b/m.test(text);
    const added = [requirement(runtime, isForAll ? extras : ''), ...missingIn(text, runtime)];
    const withLines = (before: string, more: readonly string[]) =>
      `${before}${before === '' || before.endsWith('\n') ? '' : ending}${more.join(ending)}${ending}`;
    const testing =
      dev === undefined ? [] : [{ file: dev, after: withLines(files.read(dev) ?? '', [requirement(runtime, extras)]) }];
    // A list that uv compiled: the next run needs the runtime in its source.
    const isCompiled = inProject !== undefined && /^#.*\buv pip compile\b.*\bpyproject\.toml\b/m.test(text);
    return {
      edits: [
        { file: list, after: withLines(text, added) },
        ...testing,
        ...(isCompiled && inProject ? [{ file: 'pyproject.toml', after: withSource(inProject, runtime) }] : []),
      ],
      printed: [],
      ...(dev === undefined ? {} : { install: `pip install -r ${list} -r ${dev}` }),
      resolve: [...check, '-r', list, ...(dev === undefined ? [] : ['-r', dev])],
      copied: files.paths.filter((path) => /(^|\/)(requirements|constraints)[^/]*\.(txt|in)$/.test(path)),
      locks: [],
    };
  }
  if (!project || !inProject) return printedOnly('pyproject.toml', listMissing, [projectRequirement(runtime)]);
  const others = itemsOf(project);
  const tested = withTesting(inProject, runtime);
  return {
    edits: [{ file: 'pyproject.toml', after: tested ?? inProject }],
    printed: [],
    // pip finds the archive only by its path.
    install: `pip install ${requirement(runtime)} .`,
    resolve: [...check, requirement(runtime, tested === undefined ? '' : testingExtras(runtime)), ...others],
    copied: [],
    locks: [],
  };
}

/** The dependencies in pyproject.toml, as arguments of pip. */
function itemsOf(project: string): string[] {
  const list = /^dependencies[ \t]*=[ \t]*\[([\s\S]*?)^\]/m.exec(project)?.[1] ?? '';
  return [...list.matchAll(/^\s*(["'])(.+?)\1/gm)].map(([, , item = '']) => item);
}
