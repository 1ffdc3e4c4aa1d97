import { Failure } from '../../core/failure.ts';
import { hostAbove, hostsBelow, openHost } from '../../io/host/open-host.ts';

/** The host of the current folder, else those below it, as paths relative to it. Throws `host-not-found`. */
export async function allHosts(cwd: string, host: string | undefined): Promise<string[]> {
  if (host !== undefined) throw new Failure('usage', { message: 'Pass either --all or --host, not both.' });
  if (await hostAbove(cwd)) return ['.'];
  const below = await hostsBelow(cwd);
  if (below.length === 0) await openHost(cwd);
  return below;
}
