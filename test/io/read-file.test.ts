import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { readText, readTextIfThere } from '../../src/io/fs/read-file.ts';
import { tempFolder } from './temp-folder.ts';

describe('readText', () => {
  const root = tempFolder();
  const file = join(root, 'f');

  it('reads up to the limit and not a byte more', () => {
    writeFileSync(file, 'x'.repeat(100_000));
    expect(readText(file, 100_000)).toHaveLength(100_000);
    expect(() => readText(file, 99_999)).toThrow(
      new Failure('file-too-large', { file, bytes: 100_000, limit: 99_999 }),
    );
  });

  it('stops at the limit for a file without an end', () => {
    expect(() => readText('/dev/zero', 1000)).toThrow(/the limit is 1000/);
  });

  it('reads a pipe to its end', async () => {
    const pipe = join(root, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const writer = spawn('sh', ['-c', '(printf "through "; sleep 0.1; printf "a pipe") > "$0"', pipe]);
    expect(readText(pipe, 1000)).toBe('through a pipe');
    await once(writer, 'exit');
  });

  it.each<[string, string, () => void, RegExp]>([
    ['a missing file', join(root, 'none'), () => {}, /no such file/],
    ['a folder', join(root, 'folder'), () => mkdirSync(join(root, 'folder')), /directory/],
  ])('reports why %s cannot be read', (_, path, arrange, reason) => {
    arrange();
    expect(() => readText(path, 1000)).toThrow(reason);
  });

  const utf16 = (text: string) => Buffer.from(text, 'utf16le');
  it.each<[string, Uint8Array, string]>([
    ['bytes', new Uint8Array([0xff]), 'it is not UTF-8 text'],
    ['UTF-16, little-endian', utf16('name: é'), 'it is UTF-16 text'],
    ['UTF-16, big-endian', utf16('name: é').swap16(), 'it is UTF-16 text'],
    ['UTF-16 with a byte order mark, little-endian', utf16('\ufeffé: a'), 'it is UTF-16 text'],
    ['UTF-16 with a byte order mark, big-endian', utf16('\ufeffé: a').swap16(), 'it is UTF-16 text'],
  ])('rejects %s and suggests UTF-8', (name, bytes, reason) => {
    const path = join(root, name);
    writeFileSync(path, bytes);
    expect(() => readText(path, 1000)).toThrow(new Failure('encoding-unsupported', { file: path, reason }));
  });

  it('reads UTF-8 text with a zero byte', () => {
    writeFileSync(join(root, 'zero'), 'a\0b: c');
    expect(readText(join(root, 'zero'), 1000)).toBe('a\0b: c');
  });
});

it('readTextIfThere returns undefined for a missing file', () => {
  const root = tempFolder();
  writeFileSync(join(root, 'f'), 'text');
  expect(readTextIfThere(join(root, 'f'))).toBe('text');
  for (const path of ['none', 'f/below', '.']) expect(readTextIfThere(join(root, path))).toBeUndefined();
});
