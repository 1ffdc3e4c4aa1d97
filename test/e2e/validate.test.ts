import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempFolder } from '../io/temp-folder.ts';
import { builtBin } from './built-bin.ts';

const manifest = (name: string, stem: string): string =>
  `name: ${name}\nversion: "1.0.0"\ndescription: Reads.\nauthor: Ada\nclass_name: ${stem}Module\n`;

async function validate(cwd: string, args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const bin = await builtBin();
  // In a workflow of GitHub it would print for GitHub.
  const { GITHUB_ACTIONS: _, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(process.execPath, [bin, 'validate', ...args], { cwd, env, maxBuffer: 1e8 }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}

it('finds the one that is wrong among ten thousand manifests', async () => {
  const root = tempFolder();
  mkdirSync(join(root, 'modules'));
  writeFileSync(join(root, 'ai-modules.yaml'), 'stack: fastify\nmodules_dir: modules\n');
  for (let at = 0; at < 10_000; at += 1) {
    mkdirSync(join(root, `modules/m${at}x`));
    const text = manifest(`m${at}x`, `M${at}x`) + (at === 5_000 ? 'colour: red\n' : '');
    writeFileSync(join(root, `modules/m${at}x/manifest.yaml`), text);
  }
  const { code, out, err } = await validate(root, ['--no-code']);
  expect([code, err]).toEqual([1, '']);
  const lines = out.trimEnd().split('\n');
  expect(lines[0]).toBe('modules/m5000x/manifest.yaml:6:1 error unknown key "colour" (unknown-key)');
  expect(lines.at(-1)).toBe('1 error in 10,000 manifests');
  expect(lines).toHaveLength(5);
});

it('reads a pattern with the library that is shipped beside it', async () => {
  const root = tempFolder();
  for (const name of ['ocr', 'asr', 'tts']) {
    mkdirSync(join(root, name));
    writeFileSync(join(root, name, 'manifest.yaml'), manifest(name, name.charAt(0).toUpperCase() + name.slice(1)));
  }
  expect(await validate(root, ['{o,a}*'])).toEqual({ code: 0, out: '2 manifests valid\n', err: '' });
});
