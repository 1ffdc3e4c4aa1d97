import { resolve } from 'node:path';
import { type Checkup, checkAll } from '../../core/check/check-all.ts';
import { byFile, type Diagnostic } from '../../core/diagnostic.ts';
import { Failure } from '../../core/failure.ts';
import { checkFormats } from '../../core/report/check-formats.ts';
import type { CheckReport } from '../../core/report/check-report.ts';
import type { Io } from '../../io/io.ts';
import { codeReader, readTexts } from '../../io/module-code.ts';
import { type ReadCheckup, shownPath } from '../../io/read-checkup.ts';
import { checkupsFor } from '../check-paths.ts';
import { type ExitCode, exit } from '../exit.ts';
import type { FixFlags } from '../fix-files.ts';
import { paintFor } from '../paint.ts';
import { breathe, withProgress } from '../progress.ts';
import { version } from '../version.ts';

export interface ValidateFlags extends FixFlags {
  readonly host?: string;
  readonly format?: string;
  readonly json?: boolean;
  readonly strict?: boolean;
  /** False with --no-code. */
  readonly code?: boolean;
  readonly fix?: boolean;
}

/** read → check → report. Exit 1 where there is an error; with --strict, a warning. */
export async function validate(io: Io, paths: readonly string[], flags: ValidateFlags): Promise<ExitCode> {
  const format = formatOf(io, flags);
  const checked = await withProgress(io, 'Checking manifests', async () => {
    const codeOf = flags.code === false ? {} : { codeOf: codeReader(io.cwd) };
    const checkups = await checkupsFor(io, paths, flags.host);
    const all: Checked[] = [];
    for (const { checkup, ...rest } of checkups) {
      const one = { ...rest, checkup: { ...checkup, ...codeOf } };
      all.push(flags.fix ? await fixed(io, one, flags) : await asItIs(one));
    }
    return all;
  });
  const diagnostics = checked.flatMap((one) => [...one.checkup.unreadable, ...one.diagnostics]).sort(byFile);
  const report: CheckReport = {
    files: checked.flatMap(({ checkup, texts }) => [...texts.keys(), ...checkup.unreadable.map(({ file }) => file)]),
    diagnostics: format === 'github' || format === 'sarif' ? fromWorkspace(io, diagnostics) : diagnostics,
    texts: withCode(io, diagnostics, new Map(checked.flatMap(({ texts }) => [...texts]))),
    version,
    isStrict: flags.strict ?? false,
    ...(flags.fix && { fixed: checked.flatMap(({ fixed: files }) => files) }),
  };
  io.out.write((checkFormats[format] as (typeof checkFormats)[string])(report, paintFor(io, io.out)));
  const isFailure = diagnostics.some(({ severity }) => flags.strict || severity === 'error');
  return isFailure ? exit.findings : exit.done;
}

function formatOf(io: Io, { json, format }: ValidateFlags): string {
  const chosen = json ? 'json' : (format ?? (io.env.GITHUB_ACTIONS === 'true' ? 'github' : 'pretty'));
  if (Object.hasOwn(checkFormats, chosen)) return chosen;
  const known = Object.keys(checkFormats);
  const message = `--format must be ${known.slice(0, -1).join(', ')} or ${known.at(-1)}, not ${chosen}.`;
  throw new Failure('usage', { message });
}

interface Checked {
  readonly checkup: ReadCheckup;
  readonly diagnostics: readonly Diagnostic[];
  readonly texts: ReadonlyMap<string, string>;
  /** Files that --fix changed. */
  readonly fixed: readonly string[];
}

async function asItIs(checkup: ReadCheckup): Promise<Checked> {
  return { checkup, diagnostics: await checkAll(checkup.checkup, breathe), texts: textsOf(checkup.checkup), fixed: [] };
}

/** A dry run reports what is wrong now, for nothing was written. */
async function fixed(io: Io, checkup: ReadCheckup, flags: ValidateFlags): Promise<Checked> {
  const { fixFiles } = await import('../fix-files.ts');
  const { before, after, texts } = await fixFiles(io, checkup, flags);
  const old = textsOf(checkup.checkup);
  const files = [...texts.keys()];
  if (flags.dryRun) return { checkup, diagnostics: before, texts: old, fixed: files };
  return { checkup, diagnostics: after, texts: new Map([...old, ...texts]), fixed: files };
}

function textsOf({ manifests }: Checkup): Map<string, string> {
  return new Map(manifests.map(({ file, text }) => [file, text]));
}

/** Findings in code are shown with their lines, too. */
function withCode(io: Io, diagnostics: readonly Diagnostic[], texts: ReadonlyMap<string, string>) {
  const others = new Set(diagnostics.map(({ file }) => file).filter((file) => !texts.has(file)));
  return new Map([...texts, ...readTexts(io.cwd, others)]);
}

/** In a workflow files are known from the root of the repository, wherever the command runs. */
function fromWorkspace(io: Io, diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const root = io.env.GITHUB_WORKSPACE ?? io.cwd;
  return diagnostics.map((one) => ({ ...one, file: shownPath(root, resolve(io.cwd, one.file)) }));
}
