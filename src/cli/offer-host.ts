import { isFailure } from '../core/failure.ts';
import type { Io } from '../io/io.ts';
import { type OpenedHost, openHost } from '../io/open-host.ts';
import { paintFor } from './paint.ts';
import { reportRecovery } from './report-recovery.ts';
import type { PlanFlags } from './show-plan.ts';

/** The host, with the evidence shown; where there is none, `host init` is offered on a terminal. */
export async function openOrOfferHost(
  io: Io,
  dir: string,
  stack: string | undefined,
  flags: PlanFlags,
): Promise<OpenedHost> {
  const opened = await openHost(dir, stack).catch((error: unknown) => offerHost(io, dir, stack, flags, error));
  const paint = paintFor(io, io.err);
  if (!flags.json)
    io.err.write(paint.dim(`Host: ${opened.host.root} (${opened.meta.title}: ${opened.host.evidence.join('; ')})\n`));
  await reportRecovery(io, opened.host.root);
  return opened;
}

async function offerHost(
  io: Io,
  dir: string,
  stack: string | undefined,
  flags: PlanFlags,
  error: unknown,
): Promise<OpenedHost> {
  const mayAsk = io.isInteractive && !flags.yes && !flags.json && !flags.dryRun;
  if (!isFailure(error, 'host-not-found') || !mayAsk) throw error;
  const prompter = await io.prompter();
  io.err.write(`${error.message}\n`);
  if (!(await prompter.confirm(`Make a host application in ${dir}?`, true))) throw error;
  const { hostInit } = await import('./commands/host-init.ts');
  await hostInit(io, dir, stack === undefined ? {} : { stack });
  return openHost(dir, stack);
}
