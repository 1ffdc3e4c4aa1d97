import { expect, it } from 'vitest';
import { parsePackMeta } from '../../../src/core/pack/pack-meta.ts';
import { runtimeContextOf, toolVersion } from '../../../src/core/pack/runtime.ts';
import { packYaml } from './make-pack.ts';

it.each([
  ['0.2.0-dev.2', '0.2.0-dev.2', '^0.2.0-dev.2'],
  ['1.4.0', '1.4.0', '^1.4.0'],
])('%s for npm', (version, shown, range) => {
  const runtime = { package: 'ai-module-runtime', archive: 'node', version } as const;
  expect(runtimeContextOf(runtime)).toEqual({ archive: `ai-module-runtime-${version}.tgz`, version: shown, range });
});

it.each([
  ['0.2.0-dev.2', '0.2.0.dev2', '>=0.2.0.dev2,<0.3'],
  ['0.2.0-rc.1', '0.2.0rc1', '>=0.2.0rc1,<0.3'],
  ['0.2.0-alpha.3', '0.2.0a3', '>=0.2.0a3,<0.3'],
  ['0.2.0-beta.3', '0.2.0b3', '>=0.2.0b3,<0.3'],
  ['1.4.0', '1.4.0', '>=1.4.0,<2'],
])('%s for Python', (version, shown, range) => {
  const runtime = { package: 'ai-module-runtime', archive: 'python', version } as const;
  const archive = `ai_module_runtime-${shown}+vendored-py3-none-any.whl`;
  expect(runtimeContextOf(runtime)).toEqual({ archive, version: shown, range });
});

it('has the version of the tool, unless the pack gives another', async () => {
  const read = async (more: string) =>
    (await parsePackMeta(`${packYaml}runtime: { package: tiny-runtime, archive: node${more} }\n`, 'tiny')).runtime;
  expect(await read('')).toEqual({ package: 'tiny-runtime', archive: 'node', version: toolVersion });
  expect(await read(', version: 1.0.0-dev.3')).toMatchObject({ version: '1.0.0-dev.3' });
  await expect(read(', version: "1"')).rejects.toThrow('runtime.version must be like 1.2.3 or 1.2.3-dev.4');
  await expect(read(', verzion: 1.0.0')).rejects.toThrow('Did you mean version?');
});
