import { type AppFiles, type FileEdit, folderName, type PrintedEdit, pathOf } from '../application.ts';
import { type DependencyChange, noResolution, printedOnly, type RuntimeArchive } from '../dependency-change.ts';
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
    if (hasHashes(text)) return printedOnly(list, hashed, [requirement(runtime), ...missingIn('', runtime)]);
    const extras = testingExtras(runtime);
    const dev = extras === '' ? undefined : developmentFiles.find((path) => files.read(path) !== undefined);
    // Without a list for developers, one with pytest is for them as well.
    const isForAll = dev === undefined && /^pytest\b/m.test(text);
    // pip-compile keeps no relative path but this one, which has no extras and is another one than ./ for pip.
    const url =
      runtime.path !== undefined && compilationOf(files, list, text)?.tool === 'pip-compile'
        ? `file:${runtime.path}`
        : undefined;
    const withExtras = (url === undefined ? requirement : projectRequirement)(runtime, extras);
    const own =
      url === undefined ? [isForAll ? withExtras : requirement(runtime)] : [url, ...(isForAll ? [withExtras] : [])];
    const added = [...own, ...missingIn(text, runtime)];
    const testing = dev === undefined ? [] : inList(files, dev, [withExtras], runtime);
    const all = [...inList(files, list, added, runtime), ...testing];
    return {
      // Several lists may be made of one file.
      edits: [...new Map(all.filter((one) => 'after' in one).map((one) => [one.file, one])).values()],
      printed: [...all.filter((one) => 'lines' in one), ...forConda(files, added)],
      ...(dev === undefined ? {} : { install: `pip install -r ${list} -r ${dev}` }),
      resolve: [...check, '-r', list, ...(dev === undefined ? [] : ['-r', dev])],
      copied: files.paths.filter((path) => /(^|\/)(requirements|constraints)[^/]*\.(txt|in)$/.test(path)),
      locks: [],
    };
  }
  const [conda] = forConda(files, [requirement(runtime), ...missingIn('', runtime)]);
  if (!inProject && conda) return { ...noResolution, edits: [], printed: [conda] };
  if (!project || !inProject) return printedOnly('pyproject.toml', listMissing, [projectRequirement(runtime)]);
  const others = itemsOf(project);
  const tested = withTesting(inProject, runtime);
  return {
    edits: [{ file: 'pyproject.toml', after: tested ?? inProject }],
    printed: conda ? [conda] : [],
    // pip finds the archive only by its path.
    install: `pip install ${requirement(runtime)} .`,
    resolve: [...check, requirement(runtime, tested === undefined ? '' : testingExtras(runtime)), ...others],
    copied: [],
    locks: [],
  };
}

/** An environment of conda lists packages of pip itself, unless it names their file. */
function forConda({ paths, read }: AppFiles, lines: readonly string[]): PrintedEdit[] {
  const file = paths.find((path) => /^environment\.ya?ml$/.test(path));
  if (file === undefined || /^\s*-\s*["']?-(?:r|e)\b/m.test(read(file) ?? '')) return [];
  const reason = 'it is not edited: the lines are for its list of pip';
  return [{ file, reason, lines: lines.map((line) => `- ${line}`) }];
}

const hashed =
  'its lines have hashes, so pip refuses an archive without one: install these lines in a step of their own, also in images';

function hasHashes(text: string): boolean {
  return /^[^#\n]*--hash=/m.test(text);
}

/** Adds lines to a list, and to the file that pip-compile or uv makes it of: the next run needs them there. */
function inList(
  files: AppFiles,
  list: string,
  lines: readonly string[],
  runtime: RuntimeArchive,
): (FileEdit | PrintedEdit)[] {
  const text = files.read(list) ?? '';
  if (hasHashes(text)) return [{ file: list, reason: hashed, lines }];
  const edit = { file: list, after: withLines(text, lines) };
  const { source, tool } = compilationOf(files, list, text) ?? {};
  if (tool === undefined) return [edit];
  const before = source === undefined ? undefined : files.read(source);
  if (source === undefined || before === undefined)
    return [edit, { file: list, reason: `${tool} made it: add the lines to its source as well`, lines }];
  const isFound =
    lines.some((line) => line.startsWith('file:')) ||
    runtime.path === undefined ||
    /^(?:-r|--requirement)\b/m.test(before);
  if (source.endsWith('.in') && (tool === 'uv' || (isFound && !lines.some((line) => line.startsWith('./')))))
    return [edit, { file: source, after: withLines(before, lines) }];
  const project = tool === 'uv' && source === 'pyproject.toml' ? addToProject(before, runtime) : undefined;
  if (project !== undefined) return [edit, { file: source, after: withSource(project, runtime) }];
  const reason = `${tool} makes it of ${source}, where it does not find the archive: add these lines again after it`;
  return [edit, { file: list, reason, lines }];
}

/** The tool that made a list, and of which file; `undefined` if people write it. */
function compilationOf(
  { paths }: AppFiles,
  list: string,
  text: string,
): { readonly tool: 'uv' | 'pip-compile'; readonly source: string | undefined } | undefined {
  const [, tool] =
    /^#.*\b(?:autogenerated by (uv|pip-compile)\b|(uv) pip compile\b)/m.exec(text)?.filter(Boolean) ?? [];
  if (tool === undefined) return undefined;
  const comments = text.split(/\r?\n/).filter((line) => /^#.*\bcompile\b/.test(line));
  const named = comments.flatMap((line) => line.match(/(?<=\s)[\w./-]+\.(?:in|toml|py|cfg)(?=\s|$)/g) ?? []);
  const found = [...named, list.replace(/\.txt$/, '.in')]
    .flatMap((name) => [name, pathOf(folderName(list), name)])
    .find((path) => paths.includes(path));
  return { tool: tool === 'uv' ? 'uv' : 'pip-compile', source: found };
}

function withLines(before: string, lines: readonly string[]): string {
  const ending = before.includes('\r\n') ? '\r\n' : '\n';
  return `${before}${before === '' || before.endsWith('\n') ? '' : ending}${lines.join(ending)}${ending}`;
}

/** The dependencies in pyproject.toml, as arguments of pip. */
function itemsOf(project: string): string[] {
  const list = /^dependencies[ \t]*=[ \t]*\[([\s\S]*?)^\]/m.exec(project)?.[1] ?? '';
  return [...list.matchAll(/^\s*(["'])(.+?)\1/gm)].map(([, , item = '']) => item);
}
