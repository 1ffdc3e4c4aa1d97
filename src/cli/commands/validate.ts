import { relative, resolve } from 'node:path';
import { compareDiagnostics, type Diagnostic } from '../../core/diagnostic.ts';
import { Failure } from '../../core/failure.ts';
import { maxManifestBytes, parseManifest } from '../../core/manifest/parse.ts';
import { reportDiagnostics } from '../../core/report/diagnostics-text.ts';
import { manifestsAt, manifestsOfHost } from '../../io/find-manifests.ts';
import type { Io } from '../../io/io.ts';
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
      : await manifestsOfHost(resolve(io.cwd, flags.host ?? '.'));
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
