import { describe, expect, it } from 'vitest';
import { describeHost, hostEvidence, importSpecifiers } from '../../../src/core/host/host.ts';
import { parsePackMeta } from '../../../src/core/pack/pack-meta.ts';
import { packYaml } from '../pack/make-pack.ts';

const meta = await parsePackMeta(packYaml, 'tiny');
const twoRules = {
  ...meta,
  host: { ...meta.host, detect: [...meta.host.detect, { file: 'src/main.ts', evidence: 'there is a src/main.ts' }] },
};

describe('hostEvidence', () => {
  const tiny = '{ "tiny": true }';
  const cases: [name: string, files: Record<string, string>, pack: typeof meta, want: string[] | undefined][] = [
    ['by a file and what it holds', { 'tiny.json': tiny }, meta, ['tiny.json names tiny']],
    ['not without the file', { 'other.json': tiny }, meta, undefined],
    ['not without what it must hold', { 'tiny.json': '{}' }, meta, undefined],
    ['not by an empty file', { 'tiny.json': '' }, meta, undefined],
    [
      'by all rules',
      { 'tiny.json': tiny, 'src/main.ts': '' },
      twoRules,
      ['tiny.json names tiny', 'there is a src/main.ts'],
    ],
    ['not by one of two', { 'tiny.json': tiny }, twoRules, undefined],
    ['not where nothing is', {}, meta, undefined],
  ];
  it.each(cases)('%s', (_, files, pack, want) => {
    expect(hostEvidence(pack, new Map(Object.entries(files)))).toEqual(want);
  });
});

describe('ai-modules.yaml', () => {
  const config = {
    modules_dir: 'src/ai',
    imports: { base_module: 'lib/base.ts' },
    host_events: [],
    rules: {},
    ignore: [],
  };

  it('overrides the defaults of the pack', () => {
    expect(describeHost('/h', meta, ['e'], config)).toEqual({
      root: '/h',
      stack: 'tiny',
      evidence: ['e'],
      modulesDir: 'src/ai',
      imports: { base_module: 'lib/base.ts' },
    });
  });

  it('keeps other defaults of the pack', () => {
    expect(describeHost('/h', meta, [], undefined)).toMatchObject({
      modulesDir: 'modules',
      imports: { base_module: 'src/base.ts' },
    });
  });
});

it.each([
  ['modules', '../../src/base.ts'],
  ['src/ai/modules', '../../../base.ts'],
])('imports are relative to the module’s folder in %s', (modules_dir, want) => {
  const host = describeHost('/h', meta, [], { modules_dir, imports: {}, host_events: [], rules: {}, ignore: [] });
  expect(importSpecifiers(host, meta, 'ocr')).toEqual({ base_module: want });
});

it('uses imports verbatim if the pack declares it', () => {
  const verbatim = {
    ...meta,
    host: { ...meta.host, import_style: 'verbatim' as const, imports: { bus: 'app.core.bus' } },
  };
  const host = describeHost('/h', verbatim, [], undefined);
  expect(importSpecifiers(host, verbatim, 'ocr')).toEqual({ bus: 'app.core.bus' });
});
