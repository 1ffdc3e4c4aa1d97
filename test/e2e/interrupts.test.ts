import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { copyMini, mini, newHost } from '../cli/hosts.ts';
import { fastapi } from '../core/attach/apps.ts';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { bigPack } from './big-pack.ts';
import { builtBin } from './built-bin.ts';
import { Terminal } from './terminal.ts';

let bin: string;
let big: string;
beforeAll(async () => {
  bin = await builtBin();
  big = bigPack();
});

function start(args: readonly string[], cwd: string): Terminal {
  return new Terminal([process.execPath, bin, ...args], { cwd });
}

async function hostOf(pack: string): Promise<string> {
  const root = await newHost();
  writeFileSync(join(root, 'ai-modules.yaml'), `stack: ${pack}\n`);
  return root;
}

/** Waits until temporary files are written. */
async function staging(folder: string): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((done) => setTimeout(done, 1))) {
    const staged = existsSync(folder) ? readdirSync(folder).find((name) => name.endsWith('.new')) : undefined;
    if (staged !== undefined && existsSync(join(folder, staged, 'data/100.txt'))) return;
  }
  throw new Error(`nothing was staged in ${folder}`);
}

describe('while a module is written', () => {
  it('Ctrl-C restores everything', async () => {
    const root = await hostOf(big);
    const before = snapshot(root);
    const terminal = start(['new', 'alpha', '--yes'], root);
    await staging(join(root, 'modules'));
    terminal.press('ctrl-c');
    expect(await terminal.ended).toBe(130);
    expect(terminal.text()).toMatch(/Cancelled\. Nothing was written\.$/);
    expect(snapshot(root)).toEqual(before);
  });

  it.each<[NodeJS.Signals, number]>([
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ])('%s restores everything, and then ends the process like without a handler', async (signal, number) => {
    const root = await hostOf(big);
    const before = snapshot(root);
    const terminal = start(['new', 'alpha', '--yes'], root);
    await staging(join(root, 'modules'));
    terminal.kill(signal);
    expect(await terminal.ended).toBe(`signal ${number}`);
    expect(snapshot(root)).toEqual(before);
  });

  it('SIGKILL leaves files that the next run removes and reports', async () => {
    const [root, untouched] = [await hostOf(big), await hostOf(big)];
    const killed = start(['new', 'alpha', '--yes'], root);
    await staging(join(root, 'modules'));
    killed.kill('SIGKILL');
    expect(await killed.ended).toBe('signal 9');
    expect(readdirSync(root)).toContain('.create-ai-module');
    expect(readdirSync(join(root, 'modules'))).not.toContain('alpha');

    for (const host of [root, untouched]) {
      writeFileSync(join(host, 'ai-modules.yaml'), `stack: ${mini}\n`);
      const next = start(['new', 'alpha', '--yes'], host);
      expect(await next.ended).toBe(0);
      if (host === root)
        expect(next.text()).toContain(
          `An earlier run (process ${killed.pid}) was interrupted. Its changes were undone`,
        );
    }
    expect(snapshot(root)).toEqual(snapshot(untouched));
  });
});

describe('while a host is written', () => {
  it('SIGKILL leaves files that the next host init removes', async () => {
    const [cwd, untouched] = [tempFolder(), tempFolder()];
    const killed = start(['host', 'init', 'there', '--stack', big, '--yes'], cwd);
    await staging(cwd);
    killed.kill('SIGKILL');
    await killed.ended;
    expect(readdirSync(cwd)).not.toContain('there');

    for (const folder of [cwd, untouched]) {
      const next = start(['host', 'init', 'there', '--stack', mini, '--yes'], folder);
      expect(await next.ended).toBe(0);
    }
    expect(snapshot(cwd)).toEqual(snapshot(untouched));
  });
});

describe('while an application is attached', () => {
  it.each(['.create-ai-module', 'app/ai', 'ai-modules.yaml'])(
    'SIGKILL, once %s exists, leaves what the next run completes or undoes',
    async (path) => {
      const root = join(tempFolder(), 'app');
      for (const [name, text] of Object.entries(fastapi)) {
        mkdirSync(dirname(join(root, name)), { recursive: true });
        writeFileSync(join(root, name), text);
      }
      const before = snapshot(root);
      const killed = start(['host', 'attach', '--no-resolve', '--yes'], root);
      let hasEnded = false;
      void killed.ended.then(() => {
        hasEnded = true;
      });
      while (!hasEnded && !existsSync(join(root, path))) await new Promise((done) => setTimeout(done, 1));
      killed.kill('SIGKILL');
      await killed.ended;

      const next = start(['host', 'attach', '--no-resolve', '--yes'], root);
      if ((await next.ended) !== 0) expect(next.text()).toContain('is attached already');
      const detached = start(['host', 'detach', '--no-resolve', '--yes'], root);
      expect(await detached.ended).toBe(0);
      expect(snapshot(root)).toEqual(before);
    },
  );
});

it('Ctrl-C while an application is verified ends it, and removes the module of the check', async () => {
  const root = tempFolder();
  writeFileSync(join(root, 'package.json'), '{ "dependencies": { "express": "5" } }\n');
  writeFileSync(join(root, 'server.js'), "const express = require('express');\nconst app = express();\n");
  const attached = start(['host', 'attach', '--no-resolve', '--yes'], root);
  expect(await attached.ended).toBe(0);
  const waits = "require('fs').writeFileSync('started', String(process.pid)); setInterval(() => {}, 1000)";
  const commands = { install: [], start: ['node', '-e', waits] };
  const config = join(root, 'ai-modules.yaml');
  writeFileSync(config, `${readFileSync(config, 'utf8')}commands: ${JSON.stringify(commands)}\n`);
  const before = snapshot(root);
  const terminal = start(['host', 'attach', '--verify'], root);
  await terminal.glimpse('node -e');
  while (!existsSync(join(root, 'started'))) await new Promise((done) => setTimeout(done, 10));
  terminal.press('ctrl-c');
  expect(await terminal.ended).toBe(130);
  expect(terminal.text()).toMatch(/Cancelled\. The application is attached; it was not verified completely\.$/);
  const pid = Number(readFileSync(join(root, 'started'), 'utf8'));
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  rmSync(join(root, 'started'));
  expect(snapshot(root)).toEqual(before);
});

it('Ctrl-C during the tests of a module keeps the module and reports it', async () => {
  const pack = join(tempFolder(), 'slow');
  copyMini(pack);
  writeFileSync(join(pack, 'module/check.mjs'), 'setInterval(() => {}, 1000);\n');
  const root = await hostOf(pack);
  const terminal = start(['new', 'alpha', '--verify', '--yes'], root);
  await terminal.glimpse('node modules/alpha/check.mjs (');
  terminal.press('ctrl-c');
  expect(await terminal.ended).toBe(130);
  expect(terminal.text()).toMatch(/Cancelled\. The module was written; its tests did not finish\.$/);
  expect(existsSync(join(root, 'modules/alpha/manifest.yaml'))).toBe(true);
  expect(existsSync(join(root, '.create-ai-module'))).toBe(false);
});
