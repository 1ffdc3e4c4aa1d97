import { describe, expect, it } from 'vitest';
import { parsePackMeta } from '../../../../src/core/pack/pack-meta.ts';
import {
  compareRuntimes,
  findRuntime,
  isRuntimeArchive,
  runtimeContextOf,
  toolVersion,
} from '../../../../src/core/pack/runtime/runtime.ts';
import { packYaml } from '../make-pack.ts';

const node = { package: 'ai-module-runtime', archive: 'node', version: '0.2.0-dev.2' } as const;
const python = { package: 'ai-module-runtime', archive: 'python', version: '0.2.0-dev.2' } as const;

it.each([
  ['0.2.0-dev.2', '0.2.0-dev.2', '^0.2.0-dev.2'],
  ['1.4.0', '1.4.0', '^1.4.0'],
])('%s for npm', (version, shown, range) => {
  const archive = `ai-module-runtime-${version}.tgz`;
  expect(runtimeContextOf({ ...node, version })).toEqual({ archive, version: shown, range });
});

it.each([
  ['0.2.0-dev.2', '0.2.0.dev2', '>=0.2.0.dev2,<0.3'],
  ['0.2.0-rc.1', '0.2.0rc1', '>=0.2.0rc1,<0.3'],
  ['1.4.0', '1.4.0', '>=1.4.0,<2'],
])('%s for Python', (version, shown, range) => {
  const archive = `ai_module_runtime-${shown}+vendored-py3-none-any.whl`;
  expect(runtimeContextOf({ ...python, version })).toEqual({ archive, version: shown, range });
});

it('has the version of the tool, unless the pack gives another', async () => {
  const read = async (more: string) =>
    (await parsePackMeta(`${packYaml}runtime: { package: tiny-runtime, archive: node${more} }\n`, 'tiny')).runtime;
  expect(await read('')).toEqual({ package: 'tiny-runtime', archive: 'node', version: toolVersion });
  expect(await read(', version: 1.0.0-dev.3')).toMatchObject({ version: '1.0.0-dev.3' });
  await expect(read(', version: "1"')).rejects.toThrow('runtime.version must be like 1.2.3 or 1.2.3-dev.4');
  await expect(read(', verzion: 1.0.0')).rejects.toThrow('Did you mean version?');
});

it.each<[boolean, typeof node | typeof python, string]>([
  [true, node, 'ai-module-runtime-0.2.0-dev.1.tgz'],
  [true, python, 'ai_module_runtime-0.2.0.dev1+vendored-py3-none-any.whl'],
  [false, node, 'ai-module-runtime-extras-1.0.0.tgz'],
  [false, node, 'ai_module_runtime-0.2.0.dev1+vendored-py3-none-any.whl'],
  [false, python, 'other-1.0.0.whl'],
])('is an archive of the runtime: %s, %#', (want, runtime, file) => {
  expect(isRuntimeArchive(runtime, file)).toBe(want);
});

describe('findRuntime', () => {
  const cases: [line: string, version: string | undefined, isVendored: boolean][] = [
    ['"ai-module-runtime": "file:vendor/ai-module-runtime-0.2.0-dev.2.tgz",', '0.2.0-dev.2', true],
    ['"ai-module-runtime": "^0.2.0-dev.2"', '0.2.0-dev.2', false],
    ['"ai-module-runtime": "~1.4"', '1.4.0', false],
    ['"ai-module-runtime": "latest"', undefined, false],
    ['"ai-module-runtime==0.2.0.dev2+vendored",', '0.2.0-dev.2', true],
    ["'ai-module-runtime[embedded] == 0.2.0rc1+vendored',", '0.2.0-rc.1', true],
    ['"ai-module-runtime>=0.2.0.dev2,<0.3",', '0.2.0-dev.2', false],
    ['ai-module-runtime = { path = "vendor/ai_module_runtime-1.4.0+vendored-py3-none-any.whl" }', '1.4.0', true],
    ['ai_module_runtime = ">=1.4.0"', '1.4.0', false],
  ];
  it.each(cases)('%s', (line, version, isVendored) => {
    const text = `{\n  "other-ai-module-runtime": "9.0.0", "ai-module-runtime-extras": "9.0.0"\n  ${line}\n}\n`;
    expect(findRuntime(node, text)).toEqual({ version, isVendored });
  });

  it('takes the highest version, as in an unresolved conflict', () => {
    const line = (version: string) => `"ai-module-runtime": "${version}"\n`;
    expect(findRuntime(node, line('1.10.0') + line('1.9.0'))?.version).toBe('1.10.0');
  });

  it('finds nothing in a text without the runtime', () => {
    expect(findRuntime(node, '{ "name": "host", "dependencies": { "fastify": "5.0.0" } }')).toBeUndefined();
  });
});

it('orders versions, with prereleases before their release', () => {
  const ordered = ['0.1.9', '0.2.0-dev.2', '0.2.0-dev.10', '0.2.0-rc.1', '0.2.0', '0.2.1', '0.10.0', '1.0.0'];
  expect([...ordered].reverse().sort(compareRuntimes)).toEqual(ordered);
});
