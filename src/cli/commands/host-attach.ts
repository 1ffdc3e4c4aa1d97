import { resolve } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { interruptedAbove } from '../../io/apply/recover.ts';
import { hostAt } from '../../io/host/open-host.ts';
import type { Io } from '../../io/io.ts';
import { type ExitCode, exit } from '../output/exit.ts';
import { attachApplication } from '../steps/attach-application.ts';
import type { AttachFlags } from '../steps/choose-attachment.ts';
import { reportRecovery } from '../steps/find-host.ts';

/** Makes an existing application a host. */
export async function hostAttach(io: Io, dir: string, flags: AttachFlags): Promise<ExitCode> {
  const root = resolve(io.cwd, dir);
  for (const folder of interruptedAbove(root)) await reportRecovery(io, folder);
  const found = await hostAt(root);
  if (found) throw new Failure('attached-already', { root, isAttached: found.host.attached !== undefined });
  await attachApplication(io, root, flags);
  return exit.done;
}
