import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../io/temp-folder.ts';
import { succeedIn } from './fake-io.ts';

/** The evidence for a host of each bundled stack, and the folder of its modules. */
const stacks = [
  {
    stack: 'fastify',
    shown: 'Fastify (TypeScript): package.json depends on ai-module-runtime',
    entry: 'src/ai/modules/note_taker/index.ts',
  },
  {
    stack: 'fastapi',
    shown: 'FastAPI (Python): pyproject.toml depends on ai-module-runtime',
    entry: 'app/ai/modules/note_taker/__init__.py',
  },
];

describe.each(stacks)('a $stack host', ({ stack, shown, entry }) => {
  it('is created by the name of the stack, and takes a module without --stack', async () => {
    const cwd = tempFolder();
    await succeedIn(cwd, ['host', 'init', 'app', '--stack', stack, '--yes']);
    const root = join(cwd, 'app');
    await succeedIn(root, ['new', 'note_taker', '--author', 'A Tester', '--yes']);
    expect(existsSync(join(root, entry))).toBe(true);
  });

  it('without ai-modules.yaml is recognized by its files, which are listed', async () => {
    const cwd = tempFolder();
    await succeedIn(cwd, ['host', 'init', 'app', '--stack', stack, '--yes']);
    const root = join(cwd, 'app');
    rmSync(join(root, 'ai-modules.yaml'));
    const { err } = await succeedIn(root, ['new', 'note_taker', '--author', 'A Tester', '--yes']);
    expect(err).toContain(shown);
    expect(existsSync(join(root, entry))).toBe(true);
  });
});
