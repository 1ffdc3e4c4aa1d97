import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { relPath } from '../../src/core/text/rel-path.ts';
import { textFile } from '../../src/core/tree/tree.ts';
import { readFileOf, readSmall, readText, readTree } from '../../src/io/read-tree.ts';
import { tree } from './apply/scenarios.ts';
import { tempFolder, writeTree } from './temp-folder.ts';

describe('readTree', () => {
  it('reads bytes, text and modes, sorted by path', async () => {
    const root = tempFolder();
    const files = tree({
      'z.txt': '\uFEFFbom\r\n',
      'a/b/run.sh': textFile('#!\n', 0o755),
      'a/raw': { content: new Uint8Array([0xff, 0xfe, 0x00]), mode: 0o644 },
      'a.txt': '',
      ü: 'ü',
    });
    writeTree(root, files);
    chmodSync(join(root, 'z.txt'), 0o600);
    const found = await readTree(root);
    expect([...found.keys()]).toEqual(['a.txt', 'a/b/run.sh', 'a/raw', 'z.txt', 'ü']);
    expect(found).toEqual(files);
  });

  it('leaves out folders that tools fill, links, pipes, and names that not every system can hold', async () => {
    const root = tempFolder();
    writeTree(root, tree({ kept: 'k', 'node_modules/a/b': 'b', 'src/.venv/c': 'c', '.gitignore': 'e' }));
    mkdirSync(join(root, '.git'));
    writeFileSync(join(root, '.git/d'), 'd');
    symlinkSync('kept', join(root, 'link'));
    symlinkSync('src', join(root, 'linked'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    writeFileSync(join(root, 'a:b'), '');
    expect([...(await readTree(root)).keys()]).toEqual(['.gitignore', 'kept']);
    expect([...(await readTree(root, { ignore: new Set(['src']) })).keys()]).toContain('node_modules/a/b');
  });

  it('is empty where there is nothing', async () => {
    expect(await readTree(join(tempFolder(), 'none'))).toEqual(new Map());
  });

  it('refuses a file as its root, and says why', async () => {
    const root = tempFolder();
    writeFileSync(join(root, 'f'), '');
    await expect(readTree(join(root, 'f'))).rejects.toMatchObject({
      code: 'file-unreadable',
      message: expect.stringContaining('not a directory'),
    });
  });
});

describe('readFileOf', () => {
  const root = tempFolder();
  writeTree(root, tree({ 'a/f': textFile('f', 0o755) }));
  symlinkSync('a', join(root, 'inside'));
  symlinkSync('/', join(root, 'outside'));

  it('reads one file, also through a linked folder inside the root', async () => {
    expect(await readFileOf(root, relPath('a/f'))).toEqual({ content: 'f', mode: 0o755 });
    expect(await readFileOf(root, relPath('inside/f'))).toEqual({ content: 'f', mode: 0o755 });
  });

  it('is undefined where there is none', async () => {
    expect(await readFileOf(root, relPath('a/g'))).toBeUndefined();
    expect(await readFileOf(root, relPath('b/g'))).toBeUndefined();
    expect(await readFileOf(join(root, 'none'), relPath('g'))).toBeUndefined();
  });

  it('refuses what applyPlan would refuse', async () => {
    await expect(readFileOf(root, relPath('outside/etc/passwd'))).rejects.toMatchObject({ code: 'path-escapes' });
    await expect(readFileOf(root, relPath('a'))).rejects.toMatchObject({ code: 'target-unusable' });
    await expect(readFileOf(root, relPath('a/f/g'))).rejects.toMatchObject({ code: 'target-unusable' });
  });
});

describe('readText', () => {
  const root = tempFolder();
  const file = join(root, 'f');

  it('reads up to the limit and not a byte more', async () => {
    writeFileSync(file, 'x'.repeat(100_000));
    expect(await readText(file, 100_000)).toHaveLength(100_000);
    await expect(readText(file, 99_999)).rejects.toMatchObject({
      code: 'file-too-large',
      args: { file, bytes: 100_000, limit: 99_999 },
    });
  });

  it('does not fill the memory from a file without an end', async () => {
    await expect(readText('/dev/zero', 1000)).rejects.toMatchObject({ code: 'file-too-large' });
  });

  it('reads a pipe', async () => {
    const pipe = join(root, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const [text] = await Promise.all([
      readText(pipe, 1000),
      import('node:fs/promises').then((fs) => fs.writeFile(pipe, 'through a pipe')),
    ]);
    expect(text).toBe('through a pipe');
  });

  it.each<[string, string, () => void, RegExp]>([
    ['a file that is not there', join(root, 'none'), () => {}, /no such file/],
    ['a folder', join(root, 'folder'), () => mkdirSync(join(root, 'folder')), /directory/],
  ])('says why %s cannot be read', async (_, path, arrange, reason) => {
    arrange();
    await expect(readText(path, 1000)).rejects.toMatchObject({
      code: 'file-unreadable',
      message: expect.stringMatching(reason),
    });
  });

  const utf16 = (text: string) => Buffer.from(text, 'utf16le');
  it.each<[string, Uint8Array, string]>([
    ['bytes', new Uint8Array([0xff]), 'it is not UTF-8 text'],
    ['UTF-16, little-endian', utf16('name: é'), 'it is UTF-16 text'],
    ['UTF-16, big-endian', utf16('name: é').swap16(), 'it is UTF-16 text'],
    ['UTF-16 with a byte order mark, little-endian', utf16('\ufeffé: a'), 'it is UTF-16 text'],
    ['UTF-16 with a byte order mark, big-endian', utf16('\ufeffé: a').swap16(), 'it is UTF-16 text'],
  ])('refuses %s and names UTF-8', async (name, bytes, reason) => {
    const path = join(root, name);
    writeFileSync(path, bytes);
    expect(readSmall(path, bytes.length)).toBeUndefined();
    await expect(readText(path, 1000)).rejects.toMatchObject({
      code: 'encoding-unsupported',
      message: `${path} cannot be read: ${reason}`,
      hint: 'Save it as UTF-8.',
    });
  });

  it('reads UTF-8 text with a zero byte', async () => {
    const path = join(root, 'zero');
    writeFileSync(path, 'a\0b: c');
    expect(await readText(path, 1000)).toBe('a\0b: c');
  });
});

describe('readSmall', () => {
  const root = tempFolder();
  const file = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(root, name), content);
    return join(root, name);
  };

  it('reads a text', () => {
    expect(readSmall(file('text', 'né\n'), 4)).toBe('né\n');
    expect(readSmall(file('empty', ''), 0)).toBe('');
    expect(readSmall(file('mark', '\ufeffa\r\n'), 6)).toBe('\ufeffa\r\n');
  });

  it.each<[string, string, number | undefined]>([
    ['a file that is gone', join(root, 'gone'), 3],
    ['a folder', root, 3],
    ['bytes', file('bytes', new Uint8Array([0xff, 0xfe])), 2],
    ['what is replaced in what is not UTF-8', file('replaced', '\ufffd'), 3],
    ['what is large', file('large', 'x'.repeat(65_537)), 65_537],
    ['what is no regular file', '/dev/zero', undefined],
  ])('leaves %s to readText', (_, path, size) => expect(readSmall(path, size)).toBeUndefined());
});
