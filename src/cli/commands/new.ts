import { resolve } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { importSpecifiers } from '../../core/host/host.ts';
import type { Answers } from '../../core/manifest/answers.ts';
import { manifestFromAnswers } from '../../core/manifest/from-answers.ts';
import type { Manifest } from '../../core/manifest/schema.ts';
import { contextOf } from '../../core/pack/context.ts';
import { countChanges } from '../../core/report/plan-text.ts';
import { applyPlan } from '../../io/apply-plan.ts';
import { findPack } from '../../io/find-pack.ts';
import { readGitAuthor } from '../../io/git-author.ts';
import type { Io } from '../../io/io.ts';
import type { OpenedHost } from '../../io/open-host.ts';
import { planModule } from '../../io/plan-module.ts';
import { type AnswerFlags, answersFromFlags, mergeAnswers, readAnswersFile } from '../answers.ts';
import { mustFitTogether } from '../check-answers.ts';
import { type ExitCode, exit } from '../exit.ts';
import { nextSteps } from '../next-steps.ts';
import { openOrOfferHost } from '../offer-host.ts';
import { readManifestFile } from '../read-manifest.ts';
import { confirmPlan, type PlanFlags, printJson } from '../show-plan.ts';
import { verifyModule } from '../verify.ts';

export interface NewFlags extends AnswerFlags, PlanFlags {
  readonly host?: string;
  readonly from?: string;
  readonly answers?: string;
  readonly verify?: boolean;
}

/** answers → manifest → tree → plan → preview → disk */
export async function newModule(io: Io, name: string | undefined, flags: NewFlags): Promise<ExitCode> {
  const { given, base } = await gatherAnswers(io, name, flags);
  const opened = await openOrOfferHost(io, resolve(io.cwd, flags.host ?? '.'), given.stack, flags);
  const [pack, answers] = await Promise.all([
    findPack(opened.stack, opened.host.root, ['module', 'edits']),
    completeAnswers(io, given, base, opened, flags),
  ]);
  const manifest = mustFitTogether(manifestFromAnswers(answers, { author: answers.author, dependencies: [] }, base));
  const context = contextOf(manifest, pack.meta, importSpecifiers(opened.host, pack.meta, manifest.name));
  const { plan, folder, notes } = await planModule(opened.host, pack, context);

  const apply = await confirmPlan(
    io,
    plan,
    `Module ${manifest.name} for ${pack.meta.title}, in ${opened.host.root}:`,
    flags,
  );
  if (apply) await applyPlan(opened.host.root, plan);
  const result = {
    module: manifest.name,
    folder,
    host: { root: opened.host.root, stack: pack.meta.name, evidence: opened.host.evidence },
    notes,
  };
  if (flags.json) printJson(io, result, plan, apply);
  for (const note of notes) io.err.write(`Note: ${note}\n`);
  if (!apply) return exit.done;
  if (!flags.json)
    io.out.write(`Created ${manifest.name} in ${folder} (${countChanges(plan).replace(' to create', '')})\n`);
  if (flags.verify) await verifyModule(io, opened.host.root, pack.meta, { name: manifest.name, module_dir: folder });
  else if (!flags.json) io.err.write(nextSteps(pack.meta, context, folder));
  return exit.done;
}

/** Flags beat the answers file; the manifest of `--from` lies below both. */
async function gatherAnswers(
  io: Io,
  name: string | undefined,
  flags: NewFlags,
): Promise<{ given: Answers; base: Manifest | undefined }> {
  const fromFlags = answersFromFlags(name, flags);
  const fromFile = flags.answers === undefined ? {} : await readAnswersFile(resolve(io.cwd, flags.answers));
  const base = flags.from === undefined ? undefined : await readManifestFile(io, resolve(io.cwd, flags.from));
  const given = mergeAnswers(fromFlags, fromFile);
  return { given: base === undefined ? given : { ...given, name: given.name ?? base.name }, base };
}

async function completeAnswers(
  io: Io,
  given: Answers,
  base: Manifest | undefined,
  opened: OpenedHost,
  flags: NewFlags,
): Promise<Answers & { readonly name: string; readonly author: string }> {
  const isComplete = base !== undefined || given.author !== undefined;
  const author = isComplete ? (given.author ?? base?.author ?? '') : ((await readGitAuthor(io.cwd)) ?? 'unknown');
  const { name } = given;
  if (base !== undefined || flags.yes || flags.json || !io.isInteractive) {
    if (name === undefined) throw new Failure('answer-missing', { flag: '<name>' });
    return { ...given, name, author };
  }
  const { askMissing } = await import('../ask.ts');
  const { repeatCommand } = await import('../repeat.ts');
  const answers = await askMissing({ prompter: await io.prompter(), author }, opened.meta.questions, given);
  io.err.write(`The same without questions:\n  ${repeatCommand(answers, opened.stack, flags.host)}\n`);
  return { ...answers, author: answers.author ?? author };
}
