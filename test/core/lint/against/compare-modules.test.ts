import { describe, expect, it } from 'vitest';
import { compareModules, type ManifestAtRef } from '../../../../src/core/lint/against/compare-modules.ts';

const manifest = (name: string, version = '1.0.0', more = '') =>
  `name: ${name}\nversion: "${version}"\ndescription: Reads.\nauthor: Ada\nclass_name: OcrModule\n${more}`;

const now = (folder: string, text: string) => ({ file: `modules/${folder}/manifest.yaml`, folder, text });
const then = (folder: string, text: string, dir = 'modules'): ManifestAtRef => ({
  file: `${dir}/${folder}/manifest.yaml`,
  folder,
  text,
  isNear: dir === 'modules',
});

const compared = async (current: ReturnType<typeof now>[], old: ManifestAtRef[], isWhole = true) => {
  const atRef = { ref: 'main', manifests: old, elsewhere: new Map<string, string>() };
  const found = await compareModules(current, atRef, isWhole);
  return found.map(({ status, file, from, to, changes }) =>
    [status, file.split('/').at(-2), from, to, ...changes.map(({ kind }) => kind)]
      .filter((one) => one !== undefined)
      .join(' '),
  );
};

describe('a module is compared with', () => {
  it.each<[name: string, current: ReturnType<typeof now>[], old: ManifestAtRef[], want: string[]]>([
    [
      'the one of its name',
      [now('ocr', manifest('ocr', '1.1.0'))],
      [then('ocr', manifest('ocr'))],
      ['compared ocr 1.0.0 1.1.0'],
    ],
    [
      'the one of its name in another folder',
      [now('reader', manifest('ocr'))],
      [then('ocr', manifest('ocr')), then('reader', manifest('reader'))],
      ['compared reader 1.0.0 1.0.0', 'removed reader 1.0.0'],
    ],
    [
      'the one of its folder if the name is new',
      [now('ocr', manifest('reader'))],
      [then('ocr', manifest('ocr'))],
      ['compared ocr 1.0.0 1.0.0 name-changed'],
    ],
    [
      'the one of its name elsewhere in the host',
      [now('ocr', manifest('ocr', '1.1.0'))],
      [then('ocr', manifest('ocr'), 'old')],
      ['compared ocr 1.0.0 1.1.0'],
    ],
    [
      'none if two are elsewhere',
      [now('ocr', manifest('ocr'))],
      [then('ocr', manifest('ocr'), 'old'), then('ocr', manifest('ocr'), 'older')],
      ['added ocr 1.0.0'],
    ],
    ['none if it is new', [now('ocr', manifest('ocr'))], [], ['added ocr 1.0.0']],
    ['none that is not a manifest', [now('ocr', manifest('ocr'))], [then('ocr', '- a\n')], ['not-compared ocr 1.0.0']],
    [
      'one without a valid version',
      [now('ocr', manifest('ocr'))],
      [then('ocr', manifest('ocr', '1'))],
      ['compared ocr 1.0.0'],
    ],
  ])('%s', async (_, current, old, want) => expect(await compared(current, old)).toEqual(want));

  it('no removed module if not all modules are given', async () => {
    const old = [then('ocr', manifest('ocr')), then('asr', manifest('asr'))];
    expect(await compared([now('ocr', manifest('ocr'))], old)).toEqual([
      'compared ocr 1.0.0 1.0.0',
      'removed asr 1.0.0',
    ]);
    expect(await compared([now('ocr', manifest('ocr'))], old, false)).toEqual(['compared ocr 1.0.0 1.0.0']);
  });
});
