import { importSpecifiers } from '../../core/host/host.ts';
import type { Manifest } from '../../core/manifest/schema.ts';
import { contextOf } from '../../core/pack/context/context.ts';
import { countChanges } from '../../core/report/plan.ts';
import { reportContract, reportTypes } from '../../core/report/types.ts';
import type { Plan } from '../../core/tree/plan.ts';
import { applyPlan } from '../../io/apply/apply-plan.ts';
import { assertGuest, assertRuntime } from '../../io/host/host-runtime.ts';
import { withPackageManager } from '../../io/host/package-manager.ts';
import type { Io } from '../../io/io.ts';
import { assertNameAvailable, planModule } from '../../io/module/plan-module.ts';
import { assertUnchanged } from '../../io/module/unchanged-pack.ts';
import { findPack } from '../../io/pack/find-pack.ts';
import {
  authorOf,
  converse,
  type Given,
  gatherAnswers,
  manifestOf,
  type SourceFlags,
} from '../answers/gather-answers.ts';
import { type ExitCode, exit } from '../output/exit.ts';
import { withProgress } from '../output/progress.ts';
import { confirmPlan, printJson } from '../output/show-plan.ts';
import { assertNoNewErrors } from '../steps/check-plan.ts';
import { explainCancel, type FoundHost, type HostFlags, openOrOfferHost, titleOf } from '../steps/find-host.ts';
import { moduleSteps, reportSteps } from '../steps/next-steps.ts';
import { verifyModule } from '../steps/verify.ts';

export interface NewFlags extends SourceFlags, HostFlags {
  readonly verify?: boolean;
}

/** Creates a module: gathers answers, renders, shows the plan, writes. */
export async function newModule(io: Io, name: string | undefined, flags: NewFlags): Promise<ExitCode> {
  const given = await gatherAnswers(io, name, flags);
  const found = await openOrOfferHost(io, given.answers.stack, flags);
  return explainCancel(found, () => generate(io, given, found, flags));
}

async function generate(io: Io, given: Given, found: FoundHost, flags: NewFlags): Promise<ExitCode> {
  const { host, meta } = found;
  assertRuntime(host.root, meta.runtime);
  assertGuest(host);
  if (given.answers.name !== undefined) assertNameAvailable(host, meta, given.answers.name);
  const [pack, author] = await Promise.all([
    findPack(found.stack, host.root, ['module', 'edits']),
    authorOf(io, given),
  ]);
  await assertUnchanged(host, pack.meta);
  const conversation = await converse(io, given, found, author, flags);
  const propose = async (manifest: Manifest) => {
    const context = contextOf(manifest, meta, importSpecifiers(host, meta, manifest.name));
    const planned = await planModule(host, pack, context);
    return { manifest, context, ...planned, diagnostics: await assertNoNewErrors(io, host, planned.plan) };
  };
  const confirm = ({ manifest, plan }: Proposal, review?: () => Promise<boolean>) => {
    const contract = conversation === undefined || flags.dryRun ? '' : reportContract(manifest, io.err.columns);
    const title = `${reportTypes(manifest)}${contract}Module ${manifest.name} for ${titleOf(found)}, in ${host.root}:`;
    return confirmPlan(io, plan, title, flags, review);
  };
  const agree = () =>
    conversation === undefined
      ? proposeOnce(manifestOf(given, author), propose, confirm)
      : conversation.agree(propose, confirm);
  const { manifest, context, plan, folder, notes, diagnostics, apply } = await agree();
  const { name } = manifest;
  if (apply) await withProgress(io, 'Writing', (onProgress) => applyPlan(host.root, plan, { onProgress }));
  if (apply) conversation?.finish();
  for (const note of notes) io.err.write(`Note: ${note}\n`);
  if (apply && !flags.json) io.out.write(`Created ${name} in ${folder}: ${countChanges(plan, true)}\n`);
  const verified = apply && flags.verify === true;
  if (verified) await verifyModule(io, host, withPackageManager(meta, host), name);
  if (flags.json) {
    const { root, evidence } = host;
    const more = { host: root, stack: meta.name, evidence, module: name, folder, notes, verified };
    await printJson(io, { command: 'new', plan, written: apply, diagnostics }, more);
  } else if (apply) {
    const written = {
      name,
      folder,
      packages: context.dependencies.packages,
      isVerified: verified,
      hasNewHost: found.isNew,
    };
    io.err.write(reportSteps(moduleSteps(io.cwd, host, withPackageManager(meta, host), written)));
  }
  return exit.done;
}

interface Proposal {
  readonly manifest: Manifest;
  readonly plan: Plan;
}

async function proposeOnce<T extends Proposal>(
  manifest: Manifest,
  propose: (manifest: Manifest) => Promise<T>,
  confirm: (proposal: T) => Promise<boolean>,
): Promise<T & { readonly apply: boolean }> {
  const proposal = await propose(manifest);
  return { ...proposal, apply: await confirm(proposal) };
}
