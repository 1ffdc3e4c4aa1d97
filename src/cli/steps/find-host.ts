import { basename, resolve } from 'node:path';
import { frameworkTitles } from '../../core/attach/application.ts';
import { Failure, isFailure } from '../../core/failure.ts';
import type { PackMeta } from '../../core/pack/pack-meta.ts';
import { hostContextOf, plainName, renderHost } from '../../core/pack/render-host.ts';
import { countChanges } from '../../core/report/plan.ts';
import { isNoop } from '../../core/tree/plan.ts';
import { applyPlan } from '../../io/apply/apply-plan.ts';
import { interruptedAbove, recover } from '../../io/apply/recover.ts';
import { isApplicationFolder, readApplication } from '../../io/attach/read-application.ts';
import { type OpenedHost, openHost } from '../../io/host/open-host.ts';
import { isEmptyFolder, planHost } from '../../io/host/plan-host.ts';
import { Cancelled, type Io, isCancelled } from '../../io/io.ts';
import { bundledMetas, findPack, resolveStack } from '../../io/pack/find-pack.ts';
import { paintFor } from '../output/colors.ts';
import { withProgress } from '../output/progress.ts';
import { confirmPlan, mayAsk, type PlanFlags, printJson } from '../output/show-plan.ts';
import { attachApplication } from './attach-application.ts';

export interface HostFlags extends PlanFlags {
  readonly host?: string;
}

/** A host, and whether this run created it. */
export interface FoundHost extends OpenedHost {
  readonly isNew: boolean;
}

/** Opens the host and prints the evidence for it. If there is none, offers to create one on a terminal. */
export async function openOrOfferHost(io: Io, stack: string | undefined, flags: HostFlags): Promise<FoundHost> {
  const dir = resolve(io.cwd, flags.host ?? '.');
  const found = await openRecovered(io, dir, stack).catch((error: unknown) => offerHost(io, dir, stack, flags, error));
  const { host } = found;
  const paint = paintFor(io, io.err);
  if (!flags.json) io.err.write(paint.dim(`Host: ${host.root} (${titleOf(found)}: ${host.evidence.join('; ')})\n`));
  return found;
}

/** What a host is, for users: an attached application of Express is not one of Fastify. */
export function titleOf({ host: { attached }, meta }: OpenedHost): string {
  return attached === undefined ? meta.title : frameworkTitles[attached.framework];
}

/** If `work` is cancelled after this run created the host, the message says that the host was kept. */
export async function explainCancel<T>({ isNew, host }: FoundHost, work: () => Promise<T>): Promise<T> {
  return work().catch((error: unknown) => {
    if (!isNew || !isCancelled(error)) throw error;
    throw new Cancelled(`Cancelled. No module was written. The new host application in ${host.root} was kept.`);
  });
}

/** Recovers from an interrupted run first, then opens the host again: that run may have created the host itself. */
async function openRecovered(io: Io, dir: string, stack: string | undefined): Promise<FoundHost> {
  const opened = await openHost(dir, stack);
  const isRecovered = await reportRecovery(io, opened.host.root);
  return { ...(isRecovered ? await openHost(dir, stack) : opened), isNew: false };
}

async function offerHost(
  io: Io,
  dir: string,
  stack: string | undefined,
  flags: HostFlags,
  error: unknown,
): Promise<FoundHost> {
  if (!isFailure(error, 'host-not-found')) throw error;
  const found = error.args.isThere ? await applicationAt(dir) : undefined;
  const failure =
    found === undefined ? error : new Failure('host-not-found', { ...error.args, application: found.title });
  if (flags.dryRun || !mayAsk(io, flags)) throw failure;
  const prompter = await io.prompter();
  io.err.write(`${failure.message}\n`);
  if (found !== undefined && (await prompter.confirm('Attach it now?', true))) {
    if (!(await attachApplication(io, dir, flags))) throw failure;
    return { ...(await openHost(dir, stack)), isNew: true };
  }
  if (!(await prompter.confirm('Make a host application now?', true))) throw failure;
  const target = flags.host === undefined ? await askFolder(io, dir) : dir;
  await makeHost(io, target, await chooseStack(io, stack, flags), flags);
  return { ...(await openHost(target, stack)), isNew: true };
}

/** The application in a folder that could be attached, in words: `Fastify (src/server.ts:6)`. */
async function applicationAt(dir: string): Promise<{ readonly title: string } | undefined> {
  if (!isApplicationFolder(dir)) return undefined;
  try {
    const { detectApplication } = await import('../../core/attach/plan-attach.ts');
    const application = detectApplication(readApplication(dir));
    const [entry] = application?.entries ?? [];
    if (application === undefined || application.refusal || entry === undefined) return undefined;
    return { title: `${frameworkTitles[application.framework]} (${entry.file}:${entry.line})` };
  } catch (error) {
    // A folder that is not an application.
    if (isFailure(error, 'target-unusable') || isFailure(error, 'file-unreadable')) return undefined;
    throw error;
  }
}

async function askFolder(io: Io, dir: string): Promise<string> {
  const prompter = await io.prompter();
  const folder = await prompter.text({
    message: 'Folder for it',
    default: isEmptyFolder(dir) ? '.' : 'ai-host',
    check: () => undefined,
  });
  return resolve(dir, folder);
}

const defaultStack = 'fastify';

/** The given stack, else the default with --yes, else the answer to a prompt. Throws `answer-missing`. */
export async function chooseStack(io: Io, given: string | undefined, flags: PlanFlags): Promise<string> {
  if (given !== undefined) return resolveStack(given, io.cwd);
  const metas = await bundledMetas();
  if (flags.yes || metas.length === 1) return defaultStack;
  if (!mayAsk(io, flags)) throw new Failure('answer-missing', { flag: '--stack' });
  const prompter = await io.prompter();
  return prompter.select(
    'Stack',
    metas.map((meta) => ({ value: meta.name, label: `${meta.title}: ${meta.description}` })),
    defaultStack,
  );
}

/** Renders, shows and writes a host. Returns its pack, and whether the host exists now. */
export async function makeHost(
  io: Io,
  target: string,
  stack: string,
  flags: PlanFlags & { readonly vendored?: boolean },
): Promise<{ readonly meta: PackMeta; readonly exists: boolean }> {
  const pack = await findPack(stack, target, ['host']);
  const { meta } = pack;
  const { vendored = true } = flags;
  if (!vendored && meta.runtime === undefined)
    throw new Failure('usage', { message: `--runtime registry: hosts of ${meta.name} have no runtime.` });
  for (const folder of interruptedAbove(target)) await reportRecovery(io, folder);
  const tree = renderHost(pack, basename(target), vendored);
  const { root, plan } = await planHost(target, tree);

  const folder = basename(target);
  if (meta.host.reserved_names.includes(plainName(folder)))
    io.err.write(
      `Note: the project is named ${hostContextOf(folder, meta).name}, because it depends on the package ${plainName(folder)}.\n`,
    );
  const apply = await confirmPlan(io, plan, `Host application (${meta.title}) in ${target}:`, flags);
  if (apply) await withProgress(io, 'Writing', (onProgress) => applyPlan(root, plan, { onProgress }));
  const isComplete = isNoop(plan);
  if (flags.json)
    await printJson(io, { command: 'host init', plan, written: apply }, { host: target, stack: meta.name, root });
  else if (isComplete) io.out.write(`${target} already contains all files of a host. Nothing to do.\n`);
  else if (apply) io.out.write(`Created a host in ${target}: ${countChanges(plan, true)}\n`);
  return { meta, exists: apply || isComplete };
}

/** Recovers from an interrupted run and reports it. Returns whether there was one. */
export async function reportRecovery(io: Io, root: string): Promise<boolean> {
  const recovery = await recover(root);
  if (recovery === undefined) return false;
  const outcome = recovery.outcome === 'undone' ? 'Its changes were undone' : 'Its changes were already complete';
  io.err.write(`An earlier run (process ${recovery.pid}) was interrupted. ${outcome}: ${listed(recovery.paths)}\n`);
  for (const { path, before } of recovery.edited) {
    io.err.write(
      `${path} was edited after that run and was kept${before === undefined ? '' : `; its earlier version is in ${before}`}\n`,
    );
  }
  return true;
}

function listed(paths: readonly string[]): string {
  const shown = paths.slice(0, 5).join(', ');
  return paths.length > 5 ? `${shown} and ${paths.length - 5} more` : shown;
}
