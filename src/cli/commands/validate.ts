import { resolve } from 'node:path';
import { byFile, type Diagnostic } from '../../core/diagnostic.ts';
import { Failure } from '../../core/failure.ts';
import { checkAll } from '../../core/lint/run.ts';
import type { CheckReport } from '../../core/report/check-report.ts';
import { checkFormats } from '../../core/report/formats.ts';
import { withoutSecrets } from '../../core/report/without-secrets.ts';
import { type ReadCheckup, shownPath } from '../../io/host/read-checkup.ts';
import type { Io } from '../../io/io.ts';
import { codeReader, readTexts } from '../../io/module/module-code.ts';
import { assertPackUnchanged } from '../../io/module/unchanged-pack.ts';
import { paintFor } from '../output/colors.ts';
import { type ExitCode, exit } from '../output/exit.ts';
import { withProgress, yieldToEventLoop } from '../output/progress.ts';
import type { PlanFlags } from '../output/show-plan.ts';
import { version } from '../output/version.ts';
import { checkupsFor } from '../steps/find-checkups.ts';

export interface ValidateFlags extends PlanFlags {
  readonly host?: string;
  readonly all?: boolean;
  readonly format?: string;
  readonly strict?: boolean;
  /** False with --no-code. */
  readonly code?: boolean;
  readonly fix?: boolean;
  /** A git ref to compare with. */
  readonly against?: string;
}

/** Checks manifests and reports. Returns exit code 1 if there is an error, or with --strict a warning. */
export async function validate(io: Io, paths: readonly string[], flags: ValidateFlags): Promise<ExitCode> {
  const format = formatOf(io, flags);
  assertComparable(paths, flags);
  const check = () => checkPaths(io, paths, { ...flags, json: format === 'json' });
  // Progress would overwrite the line on which the user types the manifest.
  const isTyped = paths.includes('-') && io.isInteractive;
  const checked = await (isTyped ? check() : withProgress(io, 'Checking manifests', check));
  const diagnostics = checked.flatMap((one) => [...one.checkup.unreadable, ...one.diagnostics]).sort(byFile);
  const texts = textsFor(io, diagnostics, checked);
  const shown = await withoutSecrets(diagnostics, texts);
  const report: CheckReport = {
    files: checked.flatMap(({ checkup: { checkup, unreadable } }) =>
      [...checkup.manifests, ...unreadable].map(({ file }) => file),
    ),
    diagnostics: format === 'github' || format === 'sarif' ? fromWorkspace(io, shown.diagnostics) : shown.diagnostics,
    texts: shown.texts,
    version,
    isStrict: flags.strict ?? false,
    ...(flags.against !== undefined && { against: againstOf(flags.against, checked) }),
    ...(flags.fix && {
      fixed: checked.flatMap(({ fixed: files }) => files),
      written: checked.some(({ written }) => written.size > 0),
    }),
  };
  io.out.write((checkFormats[format] as (typeof checkFormats)[string])(report, paintFor(io, io.out)));
  const isFailure = diagnostics.some(({ severity }) => flags.strict || severity === 'error');
  return isFailure ? exit.diagnostics : exit.done;
}

function formatOf(io: Io, { json, format }: ValidateFlags): string {
  const chosen = json ? 'json' : (format ?? (io.env.GITHUB_ACTIONS === 'true' ? 'github' : 'pretty'));
  if (Object.hasOwn(checkFormats, chosen)) return chosen;
  const known = Object.keys(checkFormats);
  const message = `--format must be ${known.slice(0, -1).join(', ')} or ${known.at(-1)}, not ${chosen}.`;
  throw new Failure('usage', { message });
}

/** A fix would be compared before it is written, and standard input has no place in a repository. */
function assertComparable(paths: readonly string[], { against, fix }: ValidateFlags): void {
  if (against === undefined) return;
  const other = fix ? '--fix' : paths.includes('-') ? 'standard input' : undefined;
  if (other !== undefined) throw new Failure('usage', { message: `--against cannot be combined with ${other}.` });
  if (against === '' || against.startsWith('-'))
    throw new Failure('usage', {
      message: `--against must be a git ref, such as origin/main, not ${against || 'empty'}.`,
    });
}

function againstOf(ref: string, checked: readonly Checked[]): NonNullable<CheckReport['against']> {
  return { ref, modules: checked.flatMap(({ checkup: { checkup } }) => checkup.comparisons ?? []) };
}

interface Checked {
  readonly checkup: ReadCheckup;
  readonly diagnostics: readonly Diagnostic[];
  /** Texts that --fix wrote, by file. */
  readonly written: ReadonlyMap<string, string>;
  /** Files that --fix changed or would change. */
  readonly fixed: readonly string[];
}

async function checkPaths(io: Io, paths: readonly string[], flags: ValidateFlags): Promise<Checked[]> {
  const codeOf = flags.code === false ? {} : { codeOf: codeReader(io.cwd) };
  const all: Checked[] = [];
  for (const { checkup, ...rest } of await checkupsFor(io, paths, flags)) {
    if (rest.root !== undefined) await assertPackUnchanged(rest.root);
    const read = { ...rest, checkup: { ...checkup, ...codeOf } };
    const one = flags.against === undefined ? read : await compared(io, read, flags.against);
    all.push(flags.fix ? await fixed(io, one, flags) : await withoutFixes(one));
  }
  return all;
}

async function compared(io: Io, read: ReadCheckup, ref: string): Promise<ReadCheckup> {
  const { manifestsAtRef } = await import('../../io/host/manifests-at-ref.ts');
  const { compareModules } = await import('../../core/lint/against/compare-modules.ts');
  const { manifests, others, isWhole } = read.checkup;
  const atRef = manifestsAtRef(io.cwd, read, ref);
  const comparisons = await compareModules(manifests, atRef, isWhole && others.length === 0);
  return { ...read, checkup: { ...read.checkup, comparisons } };
}

async function withoutFixes(checkup: ReadCheckup): Promise<Checked> {
  return { checkup, diagnostics: await checkAll(checkup.checkup, yieldToEventLoop), written: new Map(), fixed: [] };
}

/** Reports the diagnostics after the fixes, or those before them if the fixes are only shown. */
async function fixed(io: Io, checkup: ReadCheckup, flags: ValidateFlags): Promise<Checked> {
  const { fixFiles } = await import('../steps/fix-files.ts');
  const { before, after, texts, isWritten } = await fixFiles(io, checkup, flags);
  const files = [...texts.keys()];
  if (!isWritten) return { checkup, diagnostics: before, written: new Map(), fixed: files };
  return { checkup, diagnostics: after, written: texts, fixed: files };
}

/** The texts of the files with diagnostics, so that the report can show their lines. */
function textsFor(io: Io, diagnostics: readonly Diagnostic[], checked: readonly Checked[]): Map<string, string> {
  const files = new Set(diagnostics.map(({ file }) => file));
  const texts = new Map<string, string>();
  for (const { checkup, written } of files.size === 0 ? [] : checked)
    for (const { file, text } of checkup.checkup.manifests)
      if (files.delete(file)) texts.set(file, written.get(file) ?? text);
  return new Map([...texts, ...readTexts(io.cwd, files)]);
}

/** GitHub resolves paths from the root of the repository, not from the working directory. */
function fromWorkspace(io: Io, diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const root = io.env.GITHUB_WORKSPACE ?? io.cwd;
  return diagnostics.map((one) => ({ ...one, file: shownPath(root, resolve(io.cwd, one.file)) }));
}
