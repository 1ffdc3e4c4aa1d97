import { resolve } from 'node:path';
import { checkAll } from '../../core/check/check-all.ts';
import { byFile, type Diagnostic } from '../../core/diagnostic.ts';
import { Failure } from '../../core/failure.ts';
import { reportDiagnostics } from '../../core/report/diagnostics-text.ts';
import { manifestsAt, manifestsOfHost } from '../../io/find-manifests.ts';
import type { Io } from '../../io/io.ts';
import { openHost } from '../../io/open-host.ts';
import { readCheckups } from '../../io/read-checkup.ts';
import { type ExitCode, exit } from '../exit.ts';
import { paintFor } from '../paint.ts';

export interface ValidateFlags {
  readonly host?: string;
  readonly format?: string;
  readonly json?: boolean;
  readonly strict?: boolean;
}

/** read → check → report. Exit 1 where there is an error; with --strict, a warning. */
export async function validate(io: Io, paths: readonly string[], flags: ValidateFlags): Promise<ExitCode> {
  const format = flags.json ? 'json' : (flags.format ?? 'pretty');
  if (format !== 'pretty' && format !== 'json')
    throw new Failure('usage', { message: `--format must be pretty or json, not ${format}.` });
  const files = await filesToCheck(io, paths, flags.host);
  const checkups = await readCheckups(io.cwd, files);
  const diagnostics: Diagnostic[] = [];
  for (const { checkup, unreadable } of checkups) diagnostics.push(...unreadable, ...(await checkAll(checkup)));
  diagnostics.sort(byFile);
  const manifests = checkups.flatMap(({ checkup }) => checkup.manifests);
  const texts = new Map(manifests.map(({ file, text }) => [file, text]));
  const errors = diagnostics.filter((one) => one.severity === 'error').length;
  if (format === 'json') io.out.write(`${JSON.stringify({ files: [...texts.keys()], diagnostics }, null, 2)}\n`);
  else {
    io.out.write(reportDiagnostics(diagnostics, texts, paintFor(io, io.out)));
    const count = `${files.length} ${files.length === 1 ? 'manifest' : 'manifests'}`;
    io.out.write(errors === 0 ? `${count} valid\n` : `${errors} ${errors === 1 ? 'error' : 'errors'} in ${count}\n`);
  }
  return errors > 0 || (flags.strict && diagnostics.length > 0) ? exit.findings : exit.done;
}

async function filesToCheck(io: Io, paths: readonly string[], hostDir = '.'): Promise<string[]> {
  if (paths.length === 0) return manifestsOfHost((await openHost(resolve(io.cwd, hostDir))).host);
  const found = await Promise.all(paths.map((path) => manifestsAt(resolve(io.cwd, path))));
  return [...new Set(found.flat())];
}
