import { existsSync, statSync } from 'node:fs';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { hostContextOf } from '../../core/pack/host-context.ts';
import { renderPack } from '../../core/pack/render.ts';
import { countChanges } from '../../core/report/plan-text.ts';
import { joinPath } from '../../core/text/rel-path.ts';
import { type Plan, planChanges } from '../../core/tree/plan.ts';
import type { Tree } from '../../core/tree/tree.ts';
import { applyPlan } from '../../io/apply-plan.ts';
import { bundledMetas, findPack } from '../../io/find-pack.ts';
import type { Io } from '../../io/io.ts';
import { readFileOf } from '../../io/read-tree.ts';
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

/**
 * A folder that is not there appears whole, by one rename, below the nearest one that is. In a folder that is there
 * only new files are written: one that exists and differs is the user's, and stops the command.
 */
async function planHost(target: string, tree: Tree): Promise<{ root: string; plan: Plan }> {
  if (existsSync(target)) return { root: target, plan: await planInto(target, tree) };
  let root = dirname(target);
  while (!existsSync(root)) root = dirname(root);
  const parts = relative(root, target).split(sep);
  const placed: Tree = new Map([...tree].map(([path, file]) => [joinPath(...parts, path), file]));
  return { root, plan: planChanges(new Map(), placed, { newFolders: [joinPath(parts[0] as string)] }) };
}

async function planInto(target: string, tree: Tree): Promise<Plan> {
  if (!statSync(target).isDirectory())
    throw new Failure('target-unusable', { path: target, reason: 'it is a file, not a folder' });
  const there = await Promise.all(
    [...tree.keys()].map(async (path) => [path, await readFileOf(target, path)] as const),
  );
  const plan = planChanges(new Map(there.flatMap(([path, file]) => (file ? [[path, file] as const] : []))), tree);
  const files = plan.changes.filter((change) => change.kind === 'update').map((change) => change.path);
  if (files.length > 0) throw new Failure('target-not-empty', { dir: target, files });
  return plan;
}
