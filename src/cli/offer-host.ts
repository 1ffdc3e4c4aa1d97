import { resolve } from 'node:path';
import { isFailure } from '../core/failure.ts';
import { Cancelled, type Io, isCancelled } from '../io/io.ts';
import { type OpenedHost, openHost } from '../io/open-host.ts';
import { isEmptyFolder } from '../io/plan-host.ts';
import { chooseStack } from './choose-stack.ts';
import { makeHost } from './make-host.ts';
import { paintFor } from './paint.ts';
import { reportRecovery } from './report-recovery.ts';
import { mayAsk, type PlanFlags } from './show-plan.ts';

export interface HostFlags extends PlanFlags {
  readonly host?: string;
}

/** A host, and whether this run has made it. */
export interface FoundHost extends OpenedHost {
  readonly isNew: boolean;
}

/** The host, with the evidence shown; where there is none, one is offered on a terminal. */
export async function openOrOfferHost(io: Io, stack: string | undefined, flags: HostFlags): Promise<FoundHost> {
  const dir = resolve(io.cwd, flags.host ?? '.');
  const found = await openRecovered(io, dir, stack).catch((error: unknown) => offerHost(io, dir, stack, flags, error));
  const { host, meta } = found;
  const paint = paintFor(io, io.err);
  if (!flags.json) io.err.write(paint.dim(`Host: ${host.root} (${meta.title}: ${host.evidence.join('; ')})\n`));
  return found;
}

/** Once a host was made, it stays: who cancels what follows is told so. */
export async function keepingNewHost<T>({ isNew, host }: FoundHost, work: () => Promise<T>): Promise<T> {
  return work().catch((error: unknown) => {
    if (!isNew || !isCancelled(error)) throw error;
    throw new Cancelled(`Cancelled. No module was written; the host application in ${host.root} stays.`);
  });
}

/** What an interrupted run left is cleared away first: it may even be the host itself. */
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
  if (!isFailure(error, 'host-not-found') || flags.dryRun || !mayAsk(io, flags)) throw error;
  const prompter = await io.prompter();
  io.err.write(`${error.message}\n`);
  if (!(await prompter.confirm('Make a host application now?', true))) throw error;
  const target = flags.host === undefined ? await askFolder(io, dir) : dir;
  await makeHost(io, target, await chooseStack(io, stack, flags), flags);
  return { ...(await openHost(target, stack)), isNew: true };
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
