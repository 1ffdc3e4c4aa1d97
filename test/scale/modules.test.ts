import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { describeMode } from '../conformance/rows/matrix.ts';
import { usageOf } from '../soak/process-tree.ts';
import { print } from './figures.ts';

const model = 'mon_nouveau_module';
const idleSeconds = 20;
/** The second start reads the bytecode that the first has written. */
const env = { PYTHONDONTWRITEBYTECODE: '' };

for (const mode of ['fastify-embedded', 'fastapi-embedded'] as const)
  await describeMode(mode, (title, launcher) =>
    describe(`${title}, with many modules`, { timeout: 1_200_000 }, () => {
      it.each([2, 200, 1000])('starts %d modules', async (count) => {
        const host = await launcher.launch({ edit: (folder) => multiply(folder, count), env });
        try {
          const first = usageOf(host.web.pid);
          await host.stop();
          await host.start();
          const started = usageOf(host.web.pid);
          const list = await (await fetch(`${host.baseUrl}/api/v1/modules/list`)).text();
          expect(list.match(/"status": ?"ready"/g)).toHaveLength(count);
          // What is done once after the start.
          await pause(5_000);
          const before = usageOf(host.web.pid);
          await pause(idleSeconds * 1000);
          const idle = usageOf(host.web.pid).cpuSeconds - before.cpuSeconds;
          print(`${title}: ${count} modules`, {
            'first start, which compiles, CPU seconds': first.cpuSeconds.toFixed(1),
            'start, CPU seconds': started.cpuSeconds.toFixed(1),
            'idle, share of a core': `${((100 * idle) / idleSeconds).toFixed(1)} %`,
            'memory, MiB': Math.round(started.pssKb / 1024),
          });
        } finally {
          await host.dispose();
        }
      });
    }),
  );

/** Copies one module until there are `count`, under other names. */
function multiply(modulesDir: string, count: number): void {
  const others = readdirSync(modulesDir).filter((name) => name !== model && isModule(join(modulesDir, name)));
  for (const name of others) rmSync(join(modulesDir, name), { recursive: true });
  for (let at = 1; at < count; at += 1) {
    const name = `module_${at}`;
    cpSync(join(modulesDir, model), join(modulesDir, name), { recursive: true });
    rename(join(modulesDir, name), [
      [/mon_nouveau_module/g, name],
      [/MonNouveau/g, `Module${at}`],
      [/\bmon_module\b/g, name],
      [/mon_nouveau/g, name],
    ]);
  }
}

function isModule(folder: string): boolean {
  return statSync(folder).isDirectory() && readdirSync(folder).includes('manifest.yaml');
}

function rename(folder: string, names: readonly (readonly [RegExp, string])[]): void {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const text = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      names.reduce((all, [from, to]) => all.replace(from, to), text),
    );
  }
}
