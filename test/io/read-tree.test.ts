import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { relPath } from '../../src/core/tree/rel-path.ts';
import { textFile } from '../../src/core/tree/tree.ts';
import { readFileOf, readTree } from '../../src/io/fs/read-tree.ts';
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

  it('skips folders that tools fill, links, pipes, and names that are not valid on every system', async () => {
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

  it('returns an empty tree for a missing folder', async () => {
    expect(await readTree(join(tempFolder(), 'none'))).toEqual(new Map());
  });

  it('rejects a file as its root, with the reason', async () => {
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

  it('returns undefined for a missing file', async () => {
    expect(await readFileOf(root, relPath('a/g'))).toBeUndefined();
    expect(await readFileOf(root, relPath('b/g'))).toBeUndefined();
    expect(await readFileOf(join(root, 'none'), relPath('g'))).toBeUndefined();
  });

  it('rejects the same paths as applyPlan', async () => {
    await expect(readFileOf(root, relPath('outside/etc/passwd'))).rejects.toMatchObject({ code: 'path-escapes' });
    await expect(readFileOf(root, relPath('a'))).rejects.toMatchObject({ code: 'target-unusable' });
    await expect(readFileOf(root, relPath('a/f/g'))).rejects.toMatchObject({ code: 'target-unusable' });
  });
});
