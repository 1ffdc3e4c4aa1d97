import { type AppFiles, baseName, type FileEdit, lineAt, type PrintedEdit, pathOf } from './application.ts';

interface Language {
  /** A file that declares dependencies, as COPY names it. */
  readonly declares: RegExp;
  readonly installs: RegExp;
}

const languages: Readonly<Record<'node' | 'python', Language>> = {
  node: {
    declares: /(^|\/)(package(-lock|\*)?(\.json)?|package\*\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?)$/,
    installs: /\b(npm (ci|i|install)|pnpm|yarn|bun)\b/,
  },
  python: {
    declares: /(^|\/)(pyproject\.toml|uv\.lock|poetry\.lock|requirements[\w.*-]*|Pipfile(\.lock)?)$/,
    installs: /\b(pip3? install|uv (sync|pip)|poetry install|pdm|pipenv)\b/,
  },
};

/** The archive of the runtime, as images see it. */
export interface VendoredArchive {
  readonly language: 'node' | 'python';
  /** Its folder in the application: `vendor`. */
  readonly folder: string;
  /** Its path, if pip installs the project itself: pip finds an archive only by its path. */
  readonly project?: string;
}

/**
 * Images that copy the dependency file before they install need the archive as well: adds `COPY vendor` after the last such
 * line of each stage, or a mount beside theirs.
 */
export function editDockerfiles(files: AppFiles, archive: VendoredArchive): (FileEdit | PrintedEdit)[] {
  const images = files.paths.filter((path) => /^(docker|container)file([.-].*)?$|\.dockerfile$/i.test(baseName(path)));
  return images.flatMap((file): (FileEdit | PrintedEdit)[] => {
    const text = files.read(file) ?? '';
    const vendor = vendorIn(text, files, archive.folder);
    const project = withProject(text, archive.project);
    const edit = editDockerfile(project, vendor, languages[archive.language]) ?? changed(text, project);
    if (edit === undefined) return [];
    return [typeof edit === 'string' ? { file, after: edit } : { file, ...edit }];
  });
}

/** The folder of the archive in what an image is built from. In a workspace this is often the root of the workspace. */
function vendorIn(text: string, { workspace }: AppFiles, vendor: string): string {
  if (workspace === undefined) return vendor;
  const isRoot = text.split(/[\s="']+/).some((word) => word.replace(/^\.\//, '').startsWith(`${workspace.folder}/`));
  return isRoot ? pathOf(workspace.folder, vendor) : vendor;
}

/** `pip install .` with the archive. */
function withProject(text: string, archive: string | undefined): string {
  if (archive === undefined) return text;
  const install =
    /^([ \t]*(?:RUN\b.*)?\bpip3? install(?:\s+--?[a-z][\w-]*)*?)\s+((?:-e |--editable )?\.(?:\[[\w,-]+\])?)(?=\s|$)/gm;
  return text.replace(install, `$1 ./${archive} $2`);
}

function changed(before: string, after: string): string | undefined {
  return before === after ? undefined : after;
}

const mount = /--mount=type=bind,source=(?:\.\/)?([^\s,]+),target=(?:\.\/)?([^\s,]+)/;

function editDockerfile(
  text: string,
  vendor: string,
  { declares, installs }: Language,
): string | Omit<PrintedEdit, 'file'> | undefined {
  const ending = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text.split(/\r?\n/);
  const isMount = (line: string) => declares.test(mount.exec(line)?.[1] ?? '');
  const moved = lines.find((line) => isMount(line) && mount.exec(line)?.[1] !== mount.exec(line)?.[2]);
  if (moved !== undefined)
    return {
      reason: `line ${lineAt(text, text.indexOf(moved))} mounts the dependency file`,
      lines: [`--mount=type=bind,source=${vendor},target=${vendor}`],
    };
  const inserts = new Map<number, string>();
  let last: number | undefined;
  let hasAll = false;
  for (const [index, line] of lines.entries()) {
    if (/^\s*FROM\b/i.test(line)) [last, hasAll] = [undefined, false];
    const sources = copyOf(line)?.words.slice(0, -1) ?? [];
    if (sources.some((source) => declares.test(source))) last = index;
    else if (sources.some((source) => /^\.\/?$/.test(source))) hasAll = true;
    // One mount is enough for an instruction.
    if (isMount(line) && !isMount(lines[index + 1] ?? ''))
      inserts.set(index, line.replace(/^\s*RUN\s+/, '    ').replace(mount, mountOf(vendor)));
    const instruction = /^\s*RUN\b/.test(line) ? instructionAt(lines, index) : '';
    if (last !== undefined && !hasAll && installs.test(instruction) && !instruction.split('\n').some(isMount)) {
      inserts.set(last, copyLine(lines[last] as string, vendor));
      last = undefined;
    }
  }
  if (inserts.size === 0) return undefined;
  return lines
    .flatMap((line, index) => (inserts.has(index) ? [line, inserts.get(index) as string] : [line]))
    .join(ending);
}

function mountOf(vendor: string): string {
  return `--mount=type=bind,source=${vendor},target=${vendor}`;
}

/** An instruction with its continued lines. */
function instructionAt(lines: readonly string[], start: number): string {
  let end = start;
  while (lines[end]?.trimEnd().endsWith('\\')) end += 1;
  return lines.slice(start, end + 1).join('\n');
}

interface Copy {
  readonly start: string;
  readonly flags: string;
  /** The sources and the target. */
  readonly words: readonly string[];
}

function copyOf(line: string): Copy | undefined {
  const [, start, flags = '', rest = ''] = /^(\s*(?:COPY|ADD))((?:\s+--\S+)*)\s+(.*)$/i.exec(line) ?? [];
  if (start === undefined) return undefined;
  const words = rest
    .replace(/^\[|\]\s*$/g, '')
    .replace(/["',]/g, ' ')
    .trim()
    .split(/\s+/);
  return { start, flags, words };
}

/** Like a line that copies a dependency file, into the same folder. The archive comes from no other stage. */
function copyLine(line: string, vendor: string): string {
  const { start = 'COPY', flags = '', words = [] } = copyOf(line) ?? {};
  const target = words.at(-1) ?? './';
  const isFolder = /(^|\/)\.?$/.test(target) || target.endsWith('/') || words.length > 2;
  const folder = isFolder ? target : target.slice(0, target.lastIndexOf('/') + 1) || './';
  const base = folder === '.' ? './' : folder.endsWith('/') ? folder : `${folder}/`;
  const inside = vendor.slice(0, vendor.lastIndexOf('/') + 1);
  const isFromInside = inside !== '' && words.some((word) => word.replace(/^\.\//, '').startsWith(inside));
  const name = isFromInside ? vendor.slice(inside.length) : vendor;
  return `${start}${flags.replace(/\s+--from=\S+/, '')} ${vendor} ${base}${name}`;
}
