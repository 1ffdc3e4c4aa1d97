import { readdir, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { compareDiagnostics, type Diagnostic } from '../../core/diagnostic.ts';
import { Failure } from '../../core/failure.ts';
import { maxManifestBytes, parseManifest } from '../../core/manifest/parse.ts';
import { reportDiagnostics } from '../../core/report/diagnostics-text.ts';
import type { Io } from '../../io/io.ts';
import { openHost } from '../../io/open-host.ts';
import { readText } from '../../io/read-tree.ts';
import { type ExitCode, exit } from '../exit.ts';
import { paintFor } from '../paint.ts';

export interface ValidateFlags {
  readonly host?: string;
  readonly format?: string;
  readonly json?: boolean;
}

/** read → parse → diagnostics → report. Exit 1 where there is an error. */
export async function validate(io: Io, paths: readonly string[], flags: ValidateFlags): Promise<ExitCode> {
  const format = flags.json ? 'json' : (flags.format ?? 'pretty');
  if (format !== 'pretty' && format !== 'json')
    throw new Failure('usage', { message: `--format must be pretty or json, not ${format}.` });
  const files =
    paths.length > 0
      ? (await Promise.all(paths.map((path) => manifestsAt(resolve(io.cwd, path))))).flat()
      : await manifestsOfHost(io, flags.host);
  const texts = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  for (const file of files) {
    const shown = relative(io.cwd, file) || file;
    const text = await readText(file, maxManifestBytes);
    texts.set(shown, text);
    diagnostics.push(...(await parseManifest(text, shown)).diagnostics);
  }
  diagnostics.sort(compareDiagnostics);
  const errors = diagnostics.filter((one) => one.severity === 'error').length;
  if (format === 'json') io.out.write(`${JSON.stringify({ files: [...texts.keys()], diagnostics }, null, 2)}\n`);
  else {
    io.out.write(reportDiagnostics(diagnostics, texts, paintFor(io, io.out)));
    const manifests = `${files.length} ${files.length === 1 ? 'manifest' : 'manifests'}`;
    io.out.write(
      errors === 0 ? `${manifests} valid\n` : `${errors} ${errors === 1 ? 'error' : 'errors'} in ${manifests}\n`,
    );
  }
  return errors === 0 ? exit.done : exit.findings;
}

async function manifestsOfHost(io: Io, dir: string | undefined): Promise<string[]> {
  const { host } = await openHost(resolve(io.cwd, dir ?? '.'));
  return manifestsAt(join(host.root, host.modulesDir));
}

/** A manifest itself, a module's folder, or a folder of modules. */
async function manifestsAt(path: string): Promise<string[]> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new Failure(
      'file-unreadable',
      { file: path, reason: error.code === 'ENOENT' ? 'it does not exist' : error.message },
      error,
    );
  });
  if (!found.isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  if (entries.some((entry) => entry.name === 'manifest.yaml')) return [join(path, 'manifest.yaml')];
  const inside = entries.filter((entry) => entry.isDirectory()).map((entry) => join(path, entry.name, 'manifest.yaml'));
  const there = await Promise.all(
    inside.map((file) =>
      stat(file).then(
        () => file,
        () => undefined,
      ),
    ),
  );
  const files = there.filter((file) => file !== undefined).sort();
  if (files.length === 0) throw new Failure('no-manifests', { dir: path });
  return files;
}
