import { type AppFiles, baseName, type FileEdit, lineAt, type PrintedEdit } from './application.ts';

const dependencyFiles =
  /(^|[\s/])(package(-lock|\*)?(\.json)?|package\*\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|pyproject\.toml|uv\.lock|poetry\.lock|requirements[\w./*-]*|Pipfile(\.lock)?)(?=\s|$)/;

/**
 * Images that copy the dependency file before they install need the archive as well: adds `COPY vendor` after the last such
 * line of each stage. Prints the line if an image mounts the files instead.
 */
export function editDockerfiles(files: AppFiles, vendor: string): (FileEdit | PrintedEdit)[] {
  return files.paths
    .filter((path) => /^(docker|container)file([.-].*)?$|\.dockerfile$/i.test(baseName(path)))
    .flatMap((file): (FileEdit | PrintedEdit)[] => {
      const text = files.read(file) ?? '';
      const edit = editDockerfile(text, vendor);
      if (edit === undefined) return [];
      return [typeof edit === 'string' ? { file, after: edit } : { file, ...edit }];
    });
}

function editDockerfile(text: string, vendor: string): string | Omit<PrintedEdit, 'file'> | undefined {
  const mounted =
    /^[^\n]*--mount=type=bind,source=(?:pyproject\.toml|uv\.lock|package[\w-]*\.json|requirements[\w./-]*)[^\n]*$/m.exec(
      text,
    );
  if (mounted)
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
    const installs =
      /^\s*RUN\b.*\b(npm (ci|i|install)|pnpm|yarn|bun|pip3? install|uv (sync|pip)|poetry install|pdm|pipenv)\b/.test(
        line,
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
