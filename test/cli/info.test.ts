import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { version } from '../../src/cli/output/version.ts';
import { apps } from '../core/attach/apps.ts';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { newHost, stacks } from './hosts.ts';

it.each(stacks)('prints versions, host and modules, without the home folder, on %s', async (stack) => {
  const root = await newHost(stack);
  const secret = ['--config', 'own_key=sk-ant-REDACTED', '--description', 'Our secret plan'];
  await succeedIn(root, ['new', 'search', '--author', 'Ada', ...secret, '--yes']);
  const before = snapshot(root);
  const { out, err } = await succeedIn(root, ['info'], { env: { HOME: dirname(root) } });
  expect(out).toContain(`create-ai-module: ${version}\nNode.js: ${process.versions.node}\nOS: `);
  expect(out).toMatch(/^host: ~\/host \(.+, generated, (npm|pip)\)$/m);
  expect(out).toMatch(/^template pack: \w+@\S+$/m);
  expect(out).toMatch(/^search +1\.0\.0 +\S+ +clean$/m);
  if (!stack.includes('mini')) expect(out).toMatch(/^runtime: ai-module-runtime \S+ \(clean, templates need \S+\)$/m);
  expect(out + err).not.toMatch(/sk-ant|secret plan|Ada/);
  expect(out + err).not.toContain(dirname(root));
  expect(snapshot(root)).toEqual(before);
});

it.each(Object.keys(apps))('names the framework and the prefix of an attached application, on %s', async (name) => {
  const root = tempFolder();
  for (const [path, text] of Object.entries(apps[name] ?? {})) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  await succeedIn(root, ['host', 'attach', '--no-resolve', '--yes']);
  expect((await succeedIn(root, ['info'])).out).toMatch(/^host: .+ \(.+, attached below \/ai, \w+\)$/m);
});

it('works without a host, and with one that cannot be read', async () => {
  const empty = tempFolder();
  expect((await succeedIn(empty, ['info'])).out).toMatch(/^host: none$/m);
  const root = await newHost();
  writeFileSync(join(root, 'ai-modules.yaml'), 'stcak: mini\n');
  expect((await succeedIn(root, ['info'])).out).toMatch(/^host: cannot be read: .*unknown key stcak/m);
  writeFileSync(join(root, 'ai-modules.yaml'), 'stack: ./gone\n');
  expect((await succeedIn(root, ['info'])).out).toMatch(/^host: cannot be read: /m);
});

it('reports missing programs', async () => {
  const { out } = await succeedIn(await newHost(), ['info'], { env: { PATH: tempFolder() } });
  expect(out).toMatch(/^git: not found\npython: not found\nnpm: not found$/m);
});

it('refuses arguments and a folder that does not exist', async () => {
  const root = await newHost();
  expect((await runIn(root, ['info', 'search'])).code).toBe(2);
  expect(await runIn(root, ['info', '--host', 'no/where'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('no/where'),
  });
});
