import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { readText, readTextIfThere } from '../../src/io/read-file.ts';
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
    expect(() => readText('/dev/zero', 1000)).toThrow(/at most 1000 are read/);
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
    ['bytes', join(root, 'bytes'), () => writeFileSync(join(root, 'bytes'), new Uint8Array([0xff])), /not UTF-8/],
  ])('reports why %s cannot be read', (_, path, arrange, reason) => {
    arrange();
    expect(() => readText(path, 1000)).toThrow(reason);
  });
});

it('readTextIfThere returns undefined for a missing file', () => {
  const root = tempFolder();
  writeFileSync(join(root, 'f'), 'text');
  expect(readTextIfThere(join(root, 'f'))).toBe('text');
  for (const path of ['none', 'f/below', '.']) expect(readTextIfThere(join(root, path))).toBeUndefined();
});
