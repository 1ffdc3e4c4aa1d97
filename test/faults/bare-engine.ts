import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Host, Launcher } from '../conformance/host/host.ts';

const scripts = fileURLToPath(new URL('engine/', import.meta.url));

/**
 * Measures the job engine alone on the servers of a host: as many workers as the host has, and empty messages from 16
 * concurrent senders. Returns the milliseconds until the last message is processed.
 */
export function bareEngine(launcher: Launcher, host: Host, messages: number, pool: string): number {
  const data = mkdtempSync(join(tmpdir(), 'faults-bare-'));
  const { dir, program, stack, mode, workers } = launcher;
  const [flags, file] =
    stack === 'fastify' ? [['--import', 'tsx', '--input-type=module', '-e'], 'bare.mjs'] : [['-c'], 'bare.py'];
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    ...host.services,
    DATA_DIR: data,
    ENV_FILE: '',
    PYTHONPATH: scripts,
    BARE_WORKERS: mode === 'embedded' ? '0' : `${workers}`,
    BARE_POOL: pool,
  };
  try {
    const script = readFileSync(join(scripts, file), 'utf8');
    const out = execFileSync(program, [...flags, script, `${messages}`], {
      cwd: dir,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 300_000,
    });
    return Number(/took (\d+)/.exec(out)?.[1]);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}
