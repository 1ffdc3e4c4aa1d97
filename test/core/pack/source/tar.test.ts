import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { archiveLimits, filesOfPackage } from '../../../../src/core/pack/source/tar.ts';

interface Made {
  readonly path: string;
  readonly type?: string;
  readonly text?: string;
  readonly mode?: string;
}

/** A tar archive. */
function tarOf(entries: readonly Made[]): Uint8Array {
  const blocks = entries.flatMap(({ path, type = '0', text = '', mode = '0000644' }) => {
    const header = Buffer.alloc(512);
    header.write(path, 0, 100);
    header.write(mode, 100);
    header.write(Buffer.byteLength(text).toString(8).padStart(11, '0'), 124);
    header.write('        ', 148);
    header.write(type, 156);
    header.write('ustar\0', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    const body = Buffer.alloc(Math.ceil(Buffer.byteLength(text) / 512) * 512);
    body.write(text);
    return [header, body];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const textsOf = (tar: Uint8Array) =>
  filesOfPackage(tar).map(({ path, bytes, isExecutable }) => [path, Buffer.from(bytes).toString(), isExecutable]);

it('reads files, without the folder that they are in', () => {
  const long = `package/${'x'.repeat(150)}/é.md`;
  const pax = `path=${long}\n`;
  const record = `${Buffer.byteLength(pax) + 4} ${pax}`;
  const tar = tarOf([
    { path: 'package/', type: '5' },
    { path: 'package/pack.yaml', text: 'name: acme\n' },
    { path: 'package/run.sh', text: 'x', mode: '0000755' },
    { path: 'pax', type: 'x', text: record },
    { path: 'package/short', text: 'long' },
    { path: '././@LongLink', type: 'L', text: `package/${'y'.repeat(120)}.md\0` },
    { path: 'package/short', text: 'gnu' },
  ]);
  expect(textsOf(tar)).toEqual([
    ['pack.yaml', 'name: acme\n', false],
    ['run.sh', 'x', true],
    [`${'x'.repeat(150)}/é.md`, 'long', false],
    [`${'y'.repeat(120)}.md`, 'gnu', false],
  ]);
});

it.each<[string, readonly Made[], RegExp]>([
  ['a symbolic link', [{ path: 'package/a', type: '2' }], /"package\/a" is not a regular file, but a link/],
  ['a hard link', [{ path: 'package/a', type: '1' }], /a link/],
  ['a device', [{ path: 'package/a', type: '3' }], /something else/],
  ['a path that leaves the package', [{ path: 'package/../../a' }], /refused: it has the segment \.\./],
  ['a path above', [{ path: '../a' }], /refused/],
  ['an absolute path', [{ path: '/etc/passwd' }], /refused/],
  ['an absolute path in the package', [{ path: 'package//etc/passwd' }], /refused: it is absolute/],
  ['a path of Windows', [{ path: 'package/..\\a' }], /illegal in file names/],
  ['a drive', [{ path: 'package/C:a' }], /absolute/],
  ["git's folder", [{ path: 'package/.git/hooks/x' }], /git's own folder/],
  ['a file beside the package', [{ path: 'a' }], /outside of the package/],
  ['two files of the same path', [{ path: 'package/a' }, { path: 'package/A' }], /"A" twice/],
  ['no files', [], /no files/],
  [
    'too many files',
    Array.from({ length: archiveLimits.files + 1 }, (_, at) => ({ path: `package/${at}` })),
    /more than 5000 files/,
  ],
])('refuses %s', (_, entries, message) => expect(() => filesOfPackage(tarOf(entries))).toThrow(message));

it('refuses what is not an archive, and one that ends early', () => {
  expect(() => filesOfPackage(Buffer.alloc(600, 'x'))).toThrow('not a tar archive');
  const tar = tarOf([{ path: 'package/a', text: 'x'.repeat(5000) }]);
  expect(() => filesOfPackage(tar.subarray(0, 2000))).toThrow('ends in the middle');
  expect(() => gunzipSync(Buffer.from('x'))).toThrow();
});
