import { mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { lockHost, ownIdentity } from '../../../src/io/apply/host-lock.ts';
import { nodeDisk } from '../../../src/io/fs/disk.ts';
import { stateFolder } from '../../../src/io/fs/read-tree.ts';
import { tempFolder } from '../temp-folder.ts';
import { bundleChild, ended, run, start } from './child.ts';

let script: string;
beforeAll(async () => {
  script = await bundleChild();
});

const { machine, pid, startTicks } = ownIdentity();

function claimOf(parts: { machine?: string; pid?: number; startTicks?: number }): { root: string; claim: string } {
  const root = tempFolder();
  mkdirSync(join(root, stateFolder));
  const name = ['claim', parts.machine ?? machine, parts.pid ?? pid, parts.startTicks ?? startTicks, 99].join('_');
  const claim = join(root, stateFolder, name);
  writeFileSync(claim, '');
  return { root, claim };
}

const isFree = async (root: string): Promise<boolean> =>
  lockHost(nodeDisk, root, 0).then(
    (lock) => {
      lock.release();
      return true;
    },
    (error) => {
      expect(error).toMatchObject({ code: 'host-busy', fault: 'machine', args: { root } });
      return false;
    },
  );

describe('an existing claim', () => {
  it('of a running process blocks other runs and is kept', async () => {
    const { root } = claimOf({});
    expect(await isFree(root)).toBe(false);
    expect(readdirSync(join(root, stateFolder))).toHaveLength(1);
  });

  it('of an ended process is ignored and removed', async () => {
    const child = start(script, { kind: 'recover', root: '/' });
    const dead = child.pid!;
    await ended(child);
    const { root } = claimOf({ pid: dead });
    expect(await isFree(root)).toBe(true);
    expect(readdirSync(root)).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('of a process whose ID another process has now is ignored', async () => {
    expect(await isFree(claimOf({ startTicks: startTicks - 1 }).root)).toBe(true);
  });

  it('from before the last boot is ignored where the system does not provide start times', async () => {
    const { root, claim } = claimOf({ startTicks: 0 });
    expect(await isFree(root)).toBe(false);
    utimesSync(claim, 1, 1);
    expect(await isFree(root)).toBe(true);
  });

  it('of another machine or container expires after ten minutes', async () => {
    const { root, claim } = claimOf({ machine: 'elsewhere', pid: 1 });
    expect(await isFree(root)).toBe(false);
    const old = Date.now() / 1000 - 601;
    utimesSync(claim, old, old);
    expect(await isFree(root)).toBe(true);
  });

  it.runIf(process.platform === 'linux')('of a zombie process is ignored', async () => {
    // `exec` turns the shell into a `sleep`, which never reaps the child.
    const shell = (await import('node:child_process')).spawn('sh', ['-c', 'sleep 0.5 & echo $!; exec sleep 30']);
    const zombie = Number(await new Promise<Buffer>((resolve) => shell.stdout.once('data', resolve)));
    const stat = (): string => readFileSync(`/proc/${zombie}/stat`, 'latin1');
    await expect.poll(stat, { timeout: 60_000 }).toContain(') Z ');
    expect(await isFree(claimOf({ pid: zombie, startTicks: 0 }).root)).toBe(false);
    const ticks = Number(stat().split(') ')[1]!.split(' ')[19]);
    expect(await isFree(claimOf({ pid: zombie, startTicks: ticks }).root)).toBe(true);
    shell.kill();
  });
});

it('waits until the lock is released', async () => {
  const root = tempFolder();
  const first = await lockHost(nodeDisk, root, 0);
  setTimeout(() => first.release(), 100);
  const second = await lockHost(nodeDisk, root, 5000);
  second.release();
  expect(readdirSync(root)).toEqual([]);
});

it('rejects a state folder that is a link or a file', async () => {
  const linked = tempFolder();
  symlinkSync(tempFolder(), join(linked, stateFolder));
  await expect(lockHost(nodeDisk, linked, 0)).rejects.toMatchObject({ code: 'path-escapes' });
  const blocked = tempFolder();
  writeFileSync(join(blocked, stateFolder), '');
  await expect(lockHost(nodeDisk, blocked, 0)).rejects.toMatchObject({ code: 'target-unusable' });
});

it('admits one of four processes at a time, while other processes are killed holding the lock', async () => {
  const root = tempFolder();
  writeFileSync(join(root, 'count'), '0');
  const workers = [0, 1, 2, 3].map(() => run(script, { kind: 'count', root, times: 25 }));
  for (let victims = 0; victims < 5; victims += 1) {
    const victim = start(script, { kind: 'hold', root });
    await new Promise((held) => victim.stdout?.once('data', held));
    victim.kill('SIGKILL');
    await ended(victim);
  }
  for (const { code, err } of await Promise.all(workers)) expect([code, err]).toEqual([0, '']);
  expect(readFileSync(join(root, 'count'), 'utf8')).toBe('100');
  await (await lockHost(nodeDisk, root, 0)).release();
  expect(readdirSync(root)).toEqual(['count']);
}, 60_000);
