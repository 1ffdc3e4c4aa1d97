import { importSpecifiers } from '../../core/host/host.ts';
import { contextOf } from '../../core/pack/context.ts';
import { countChanges } from '../../core/report/plan-text.ts';
import { applyPlan } from '../../io/apply/apply-plan.ts';
import { findPack } from '../../io/find-pack.ts';
import type { Io } from '../../io/io.ts';
import { mustBeFree, planModule } from '../../io/plan-module.ts';
import { authorOf, completeManifest, type Given, gatherAnswers, type SourceFlags } from '../answers/gather-answers.ts';
import { mustBreakNoRule } from '../check-plan.ts';
import { type ExitCode, exit } from '../exit.ts';
import { moduleSteps, reportSteps } from '../next-steps.ts';
import { type FoundHost, type HostFlags, keepingNewHost, openOrOfferHost } from '../offer-host.ts';
import { withProgress } from '../progress.ts';
import { confirmPlan, printJson } from '../show-plan.ts';
import { verifyModule } from '../verify.ts';

export interface NewFlags extends SourceFlags, HostFlags {
  readonly verify?: boolean;
}

/** answers → manifest → tree → plan → preview → disk */
export async function newModule(io: Io, name: string | undefined, flags: NewFlags): Promise<ExitCode> {
  const given = await gatherAnswers(io, name, flags);
  const found = await openOrOfferHost(io, given.answers.stack, flags);
  return keepingNewHost(found, () => generate(io, given, found, flags));
}

async function generate(io: Io, given: Given, found: FoundHost, flags: NewFlags): Promise<ExitCode> {
  const { host, meta } = found;
  if (given.answers.name !== undefined) mustBeFree(host, meta, given.answers.name);
  const [pack, author] = await Promise.all([
    findPack(found.stack, host.root, ['module', 'edits']),
    authorOf(io, given),
  ]);
  const manifest = await completeManifest(io, given, found, author, flags);
  const { name } = manifest;
  const context = contextOf(manifest, meta, importSpecifiers(host, meta, name));
  const { plan, folder, notes } = await planModule(host, pack, context);
  const diagnostics = await mustBreakNoRule(io, host, plan);

  const apply = await confirmPlan(io, plan, `Module ${name} for ${meta.title}, in ${host.root}:`, flags);
  if (apply) await withProgress(io, 'Writing', (tell) => applyPlan(host.root, plan, { tell }));
  for (const note of notes) io.err.write(`Note: ${note}\n`);
  if (apply && !flags.json) io.out.write(`Created ${name} in ${folder}: ${countChanges(plan, true)}\n`);
  const verified = apply && flags.verify === true;
  if (verified) await verifyModule(io, host.root, meta, { name, module_dir: folder });
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
    io.err.write(reportSteps(moduleSteps(io.cwd, host.root, meta, written)));
  }
  return exit.done;
}
