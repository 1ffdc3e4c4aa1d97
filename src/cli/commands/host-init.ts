import { basename, relative, resolve } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { hostContextOf } from '../../core/pack/host-context.ts';
import { renderPack } from '../../core/pack/render.ts';
import { countChanges } from '../../core/report/plan-text.ts';
import { applyPlan } from '../../io/apply-plan.ts';
import { bundledMetas, findPack } from '../../io/find-pack.ts';
import type { Io } from '../../io/io.ts';
import { planHost } from '../../io/plan-host.ts';
import { type ExitCode, exit } from '../exit.ts';
import { commandLine } from '../next-steps.ts';
import { quoteForShell } from '../repeat.ts';
import { reportRecovery } from '../report-recovery.ts';
import { confirmPlan, type PlanFlags, printJson } from '../show-plan.ts';

export interface HostInitFlags extends PlanFlags {
  readonly stack?: string;
}

/** ask → render the pack's host tree → plan → preview → apply */
export async function hostInit(io: Io, dir: string, flags: HostInitFlags): Promise<ExitCode> {
  const target = resolve(io.cwd, dir);
  const stack = flags.stack ?? (await askStack(io, flags));
  const pack = await findPack(stack, io.cwd, ['host']);
  const { tree } = renderPack(pack, 'host', hostContextOf(basename(target), pack.meta));
  const { root, plan } = await planHost(target, tree);
  await reportRecovery(io, root);

  const apply = await confirmPlan(io, plan, `Host application (${pack.meta.title}) in ${target}:`, flags);
  if (apply) await applyPlan(root, plan);
  if (flags.json) printJson(io, { host: target, stack: pack.meta.name, root }, plan, apply);
  if (!apply || flags.json) return exit.done;
  io.out.write(`Created a host in ${target} (${countChanges(plan).replace(' to create', '')})\n`);
  const place = relative(io.cwd, target);
  const steps = [
    place === '' ? [] : [`cd ${quoteForShell(place)}`],
    pack.meta.commands.install.map((command) => commandLine(command)),
    ['create-ai-module new'],
    pack.meta.commands.start.map((command) => commandLine(command)),
  ];
  io.err.write(
    `Next:\n${steps
      .flat()
      .map((step) => `  ${step}\n`)
      .join('')}`,
  );
  return exit.done;
}

async function askStack(io: Io, flags: PlanFlags): Promise<string> {
  const metas = await bundledMetas();
  if (flags.yes || metas.length === 1) return 'fastify';
  if (!io.isInteractive || flags.json) throw new Failure('answer-missing', { flag: '--stack' });
  const prompter = await io.prompter();
  return prompter.select(
    'Stack',
    metas.map((meta) => ({ value: meta.name, label: `${meta.title}: ${meta.description}` })),
    'fastify',
  );
}
