import { join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { jsonDocument } from '../../core/report/json.ts';
import type { Io } from '../../io/io.ts';
import { type ExitCode, exit } from '../output/exit.ts';
import { allHosts } from '../steps/all-hosts.ts';
import type { HostFlags } from '../steps/find-host.ts';
import { reportError } from './report-error.ts';
import { commandOf } from './reserved-names.ts';

export interface AllFlags extends HostFlags {
  readonly all?: boolean;
}

/**
 * Runs a command in one host, or with --all in every host of the current folder. An error in one of them is reported,
 * and the others follow; the exit code is the worst. `argv` are the arguments of the command, `names` its modules.
 */
export async function inEachHost<F extends AllFlags>(
  io: Io,
  argv: readonly string[],
  { all, ...flags }: F,
  work: (io: Io, flags: Omit<F, 'all'>) => Promise<ExitCode>,
  names: readonly string[] = [],
): Promise<ExitCode> {
  if (!all) return work(io, flags);
  if (names.length > 0) throw new Failure('usage', { message: `--all: omit ${names.join(' ')}.` });
  const hasHeadings = !flags.json && commandOf(argv) !== 'diff';
  const documents: unknown[] = [];
  let worst: ExitCode = exit.done;
  for (const root of await allHosts(io.cwd, flags.host)) {
    if (hasHeadings) io.out.write(`${root}\n`);
    const printed: string[] = [];
    const hostIo = flags.json ? { ...io, out: { isTty: false, write: (text: string) => void printed.push(text) } } : io;
    const run = async () => work(hostIo, { ...flags, host: join(io.cwd, root) });
    const code = await run().catch((error: unknown) => reportError(error, argv, hostIo));
    if (code === exit.cancelled) return code;
    if (code > worst) worst = code;
    if (flags.json) documents.push(JSON.parse(printed.join('')));
  }
  if (flags.json) io.out.write(jsonDocument(commandOf(argv), { hosts: documents }));
  return worst;
}
