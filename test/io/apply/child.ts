import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { tempFolder } from '../temp-folder.ts';
import type { Order } from './writer.child.ts';

/** Bundles the child script; returns its path. */
export async function bundleChild(): Promise<string> {
  const folder = tempFolder();
  chmodSync(folder, 0o755);
  const outfile = join(folder, 'writer.cjs');
  const entry = fileURLToPath(new URL('./writer.child.ts', import.meta.url));
  await build({ entryPoints: [entry], bundle: true, platform: 'node', target: 'node20', format: 'cjs', outfile });
  return outfile;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export function start(script: string, order: Order, who: { uid?: number; gid?: number } = {}): ChildProcess {
  return spawn(process.execPath, [script, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    cwd: '/',
    ...who,
  });
}

export function ended(child: ChildProcess): Promise<Ended> {
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    err += chunk;
  });
  return new Promise((done) => child.once('close', (code, signal) => done({ code, signal, out, err })));
}

export function run(script: string, order: Order, who: { uid?: number; gid?: number } = {}): Promise<Ended> {
  return ended(start(script, order, who));
}
