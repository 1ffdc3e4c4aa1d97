import { type AppFiles, baseName, type FileEdit, lineAt, type PrintedEdit } from './application.ts';

const dependencyFiles =
  /(^|[\s/])(package(-lock|\*)?(\.json)?|package\*\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|pyproject\.toml|uv\.lock|poetry\.lock|requirements[\w./*-]*|Pipfile(\.lock)?)(?=\s|$)/;

/**
 * Images that copy the dependency file before they install need the archive as well: adds `COPY vendor` after the last such
 * line of each stage, or a mount beside theirs. `project` is the archive, if pip installs the project itself: pip finds an
 * archive only by its path. Only the first image is edited; the lines for others are printed.
 */
export function editDockerfiles(files: AppFiles, vendor: string, project?: string): (FileEdit | PrintedEdit)[] {
  const images = files.paths.filter((path) => /^(docker|container)file([.-].*)?$|\.dockerfile$/i.test(baseName(path)));
  const main = images.find((path) => /^(docker|container)file$/i.test(baseName(path))) ?? images[0];
  return images.flatMap((file): (FileEdit | PrintedEdit)[] => {
    const text = files.read(file) ?? '';
    const edit = editDockerfile(withProject(text, project), vendor) ?? changed(text, withProject(text, project));
    if (edit === undefined) return [];
    if (typeof edit !== 'string') return [{ file, ...edit }];
    // In a workspace an image is built from another folder.
    const isWorkspace = (files.locksAbove ?? []).length > 0;
    if (file === main && !isWorkspace) return [{ file, after: edit }];
    const known = text.split(/\r?\n/);
    const lines = edit.split(/\r?\n/).filter((line) => line.includes(vendor) && !known.includes(line));
    return [
      {
        file,
        reason: isWorkspace ? 'the application is part of a workspace' : `only ${main} is changed`,
        lines: lines.map((line) => line.trim()),
      },
    ];
  });
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

function editDockerfile(text: string, vendor: string): string | Omit<PrintedEdit, 'file'> | undefined {
  const mounted =
    /^[^\n]*--mount=type=bind,source=[\w./-]*?(?:pyproject\.toml|uv\.lock|package[\w-]*\.json|requirements[\w./-]*)[^\n]*$/m.exec(
      text,
    );
  if (mounted && !/source=[\w.-]+,target=[\w.-]+[ \t]*\\/.test(mounted[0]))
    return {
      reason: `line ${lineAt(text, mounted.index)} mounts the dependency file`,
      lines: [`--mount=type=bind,source=${vendor},target=${vendor}`],
    };
  const ending = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text.split(/\r?\n/);
  const inserts = new Map<number, string>();
  let last: number | undefined;
  let hasAll = false;
  for (const [index, line] of lines.entries()) {
    if (/^\s*FROM\b/i.test(line)) [last, hasAll] = [undefined, false];
    const copied = /^\s*(?:COPY|ADD)\s+(.*)$/i.exec(line)?.[1];
    if (copied !== undefined && !/--from=/.test(copied)) {
      if (/(^|\s)\.\/?\s/.test(`${copied} `) && /(^|\s)\.\/?\s+\S+\s*$/.test(copied)) hasAll = true;
      else if (dependencyFiles.test(copied)) last = index;
    }
    // One mount is enough for an instruction.
    if (mounted && isMount(line) && !isMount(lines[index + 1] ?? ''))
      inserts.set(
        index,
        line.replace(/^\s*RUN\s+/, '    ').replace(/source=[^,]+,target=[^ ,\\]+/, `source=${vendor},target=${vendor}`),
      );
    const installs =
      /^\s*RUN\b[\s\S]*\b(npm (ci|i|install)|pnpm|yarn|bun|pip3? install|uv (sync|pip)|poetry install|pdm|pipenv)\b/.test(
        instructionAt(lines, index),
      );
    if (installs && last !== undefined && !hasAll) {
      inserts.set(last, copyLine(lines[last] as string, vendor));
      last = undefined;
    }
  }
  if (inserts.size === 0) return undefined;
  return lines
    .flatMap((line, index) => (inserts.has(index) ? [line, inserts.get(index) as string] : [line]))
    .join(ending);
}

const isMount = (line: string) =>
  /--mount=type=bind,source=(?:pyproject\.toml|uv\.lock|package[\w-]*\.json|requirements[\w.-]*),target=/.test(line);

/** An instruction with its continued lines. */
function instructionAt(lines: readonly string[], start: number): string {
  let end = start;
  while (lines[end]?.trimEnd().endsWith('\\')) end += 1;
  return lines.slice(start, end + 1).join('\n');
}

/** Like a line that copies a dependency file, into the same folder. */
function copyLine(line: string, vendor: string): string {
  const [, start = 'COPY', flags = '', rest = ''] = /^(\s*(?:COPY|ADD))((?:\s+--\S+)*)\s+(.*)$/i.exec(line) ?? [];
  const words = rest
    .replace(/^\[|\]$/g, '')
    .replace(/["',]/g, ' ')
    .trim()
    .split(/\s+/);
  const target = words.at(-1) ?? './';
  const isFolder = /(^|\/)\.?$/.test(target) || target.endsWith('/') || words.length > 2;
  const folder = isFolder ? target : target.slice(0, target.lastIndexOf('/') + 1) || './';
  const base = folder === '.' ? './' : folder.endsWith('/') ? folder : `${folder}/`;
  return `${start}${flags} ${vendor} ${base}${vendor}`;
}
