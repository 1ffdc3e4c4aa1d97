import { resolve } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { interruptedAbove } from '../../io/apply/recover.ts';
import { isApplicationFolder, readApplication } from '../../io/attach/read-application.ts';
import { hostAbove, hostAt, type OpenedHost } from '../../io/host/open-host.ts';
import type { Io } from '../../io/io.ts';
import { type ExitCode, exit } from '../output/exit.ts';
import { printJson } from '../output/show-plan.ts';
import { attachApplication } from '../steps/attach-application.ts';
import type { AttachFlags } from '../steps/choose-attachment.ts';
import { reportRecovery } from '../steps/find-host.ts';
import { reportVerification, verificationOf, verifyAttachment } from '../steps/verify-attachment.ts';

export interface HostAttachFlags extends AttachFlags {
  readonly verify?: boolean;
}

/** Makes an existing application a host, and verifies it. One that is attached already is only verified. */
export async function hostAttach(io: Io, dir: string, flags: HostAttachFlags): Promise<ExitCode> {
  const root = resolve(io.cwd, dir);
  for (const folder of interruptedAbove(root)) await reportRecovery(io, folder);
  const found = await hostAt(root);
  if (found === undefined) {
    await assertOutside(root);
    await attachApplication(io, root, flags, flags.verify);
  } else if (found.host.attached === undefined || !flags.verify)
    throw new Failure('attached-already', { root, isAttached: found.host.attached !== undefined });
  else await verifyAgain(io, found, flags);
  return exit.done;
}

/** Throws `attached-already` for a folder inside an attached application, unless it is an application of its own. */
async function assertOutside(root: string): Promise<void> {
  const above = isApplicationFolder(root) ? undefined : (await hostAbove(root))?.host;
  if (above?.attached !== undefined) throw new Failure('attached-already', { root: above.root, isAttached: true });
}

async function verifyAgain(io: Io, { host, meta }: OpenedHost, { json, dryRun }: HostAttachFlags): Promise<void> {
  const { root, attached, modulesDir, commands } = host;
  if (attached === undefined) return;
  if (!json) {
    const all = await verificationOf(root, readApplication(root), attached.entry, modulesDir, commands);
    (dryRun ? io.out : io.err).write(reportVerification(all));
  }
  if (!dryRun) await verifyAttachment(io, root);
  if (json) {
    const { framework } = attached;
    const more = { host: root, stack: meta.name, framework, facts: [], printed: [], notes: [], verified: !dryRun };
    await printJson(io, { command: 'host attach', plan: { changes: [], newFolders: [] }, written: false }, more);
  } else if (!dryRun) io.out.write(`Verified ${root}\n`);
}
