import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { newHost } from './hosts.ts';

const seedManifest = fileURLToPath(new URL('../fixtures/manifests/mon_nouveau_module.yaml', import.meta.url));

async function hostWithModules(...names: readonly string[]): Promise<string> {
  const root = await newHost();
  for (const name of names) await succeedIn(root, ['new', name, '--yes']);
  return root;
}

describe('validate', () => {
  it.each<[string, readonly string[], string]>([
    ['every manifest of the host', [], '2 manifests valid\n'],
    ['a folder of modules', ['modules'], '2 manifests valid\n'],
    ['a module', ['modules/alpha'], '1 manifest valid\n'],
    ['a manifest', ['modules/alpha/manifest.yaml'], '1 manifest valid\n'],
    ['several', ['modules/alpha', seedManifest], '2 manifests valid\n'],
  ])('takes %s', async (_, paths, text) => {
    const root = await hostWithModules('alpha', 'beta');
    expect(await runIn(root, ['validate', ...paths])).toMatchObject({ code: 0, out: text, err: '' });
  });

  it('takes the host from --host', async () => {
    const root = await hostWithModules('alpha');
    expect((await succeedIn(tempFolder(), ['validate', '--host', root])).out).toBe('1 manifest valid\n');
  });

  it('shows every diagnostic at its position and exits with 1', async () => {
    const root = await hostWithModules('alpha');
    writeFileSync(
      join(root, 'modules/alpha/manifest.yaml'),
      'name: alpha\nversion: 1.0.0\ndescripton: x\nauthor: Ada\nclass_name: Alpha\nendpoints: POST /process\n',
    );
    const { code, out } = await runIn(root, ['validate']);
    expect(code).toBe(1);
    expect(out).toBe(
      [
        'modules/alpha/manifest.yaml:3:1 error unknown key "descripton" (unknown-key)',
        '  3 | descripton: x',
        '    | ^^^^^^^^^^',
        '    Did you mean description?',
        'modules/alpha/manifest.yaml:6:12 error endpoints must be a list, not a string (wrong-type)',
        '  6 | endpoints: POST /process',
        '    |            ^^^^^^^^^^^^^',
        '2 errors in 1 manifest',
        '',
      ].join('\n'),
    );
  });

  it.each([['--json'], ['--format=json']])('prints data with %s', async (flag) => {
    const root = await hostWithModules('alpha');
    writeFileSync(join(root, 'modules/alpha/manifest.yaml'), 'name: [\n');
    const { code, out, err } = await runIn(root, ['validate', flag]);
    expect([code, err]).toEqual([1, '']);
    expect(JSON.parse(out)).toMatchObject({
      files: ['modules/alpha/manifest.yaml'],
      diagnostics: [
        { rule: 'syntax', severity: 'error', file: 'modules/alpha/manifest.yaml', range: expect.any(Object) },
      ],
    });
  });

  it.each<[string, readonly string[], string]>([
    ['a missing path', ['no/where'], 'no/where cannot be read: it does not exist'],
    ['a name that no module has', ['nowhere'], 'There is no module nowhere in '],
    ['a folder without manifests', ['empty'], 'has no manifest.yaml'],
    ['an unknown format', ['--format', 'xml'], '--format must be pretty, json, github, sarif or junit, not xml.'],
    ['no host', ['--host', '/'], 'No host application was found in / or in a folder above it.'],
  ])('refuses %s', async (_, argv, reason) => {
    const root = await hostWithModules('alpha');
    mkdirSync(join(root, 'empty'));
    const { code, err } = await runIn(root, ['validate', ...argv]);
    expect([code, err]).toEqual([2, expect.stringContaining(reason)]);
  });

  it('reports that a host has no modules', async () => {
    const root = await hostWithModules('alpha');
    rmSync(join(root, 'modules'), { recursive: true });
    const { code, err } = await runIn(root, ['validate']);
    expect([code, err]).toEqual([2, expect.stringContaining('modules')]);
  });
});
