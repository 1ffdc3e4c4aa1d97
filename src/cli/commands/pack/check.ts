import { join, relative, resolve } from 'node:path';
import { packDiagnostic, packToJson, reportPack } from '../../../core/report/pack.ts';
import { readTextIfThere } from '../../../io/fs/read-file.ts';
import type { Io } from '../../../io/io.ts';
import { checkPackFolder } from '../../../io/pack/check-folder.ts';
import { paintFor } from '../../output/colors.ts';
import { type ExitCode, exit } from '../../output/exit.ts';
import { withProgress } from '../../output/progress.ts';

export interface PackCheckFlags {
  readonly json?: boolean;
}

/** Checks a template pack without a host. Returns exit code 1 if it has a problem. */
export async function packCheck(io: Io, dir: string, flags: PackCheckFlags): Promise<ExitCode> {
  const folder = resolve(io.cwd, dir);
  const { meta, files, problems } = await withProgress(io, 'Checking', () => checkPackFolder(folder));
  const shown = (file: string) => (relative(io.cwd, join(folder, file)) || file).replaceAll('\\', '/');
  const diagnostics = problems.map((problem) => packDiagnostic(problem, shown(problem.file)));
  const texts = new Map<string, string>();
  for (const { file, line } of problems) {
    const text = line === undefined || texts.has(shown(file)) ? undefined : readTextIfThere(join(folder, file));
    if (text !== undefined) texts.set(shown(file), text);
  }
  const pack = meta && { name: meta.name, version: meta.version };
  const report = { pack, files, diagnostics, texts };
  io.out.write(flags.json ? packToJson(report) : reportPack(report, paintFor(io, io.out)));
  return diagnostics.length === 0 ? exit.done : exit.diagnostics;
}
