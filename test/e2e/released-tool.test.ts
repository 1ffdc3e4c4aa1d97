import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { editAsUser, editedFiles, modulesOf, type Stack, userTextIn } from '../edited-module.ts';
import { builtBin } from './built-bin.ts';
import { hostOfRelease, releasedBin } from './released-tool.ts';

const bin = await builtBin();

/** Runs the current tool, or another version. */
function runTool(
  cwd: string,
  args: readonly string[],
  tool = bin,
): Promise<{ code: unknown; out: string; err: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [tool, ...args], { cwd }, (error, out, err) =>
      done({ code: error?.code ?? 0, out, err }),
    );
  });
}

it('the fixture is release 0.1.0', async () => {
  const { out } = await runTool('.', ['--version'], await releasedBin('0.1.0'));
  expect(out.trim()).toBe('0.1.0');
});

describe.each<Stack>(['fastify', 'fastapi'])(
  'a %s host and an edited module of 0.1.0, in the current tool',
  (stack) => {
    let host: string;
    const folder = () => join(host, modulesOf[stack], 'notes');
    beforeAll(async () => {
      host = await hostOfRelease('0.1.0', stack);
      editAsUser(stack, folder());
    });

    it('validate reports no diagnostics', async () => {
      expect(await runTool(host, ['validate'])).toMatchObject({ code: 0, err: '' });
    });

    it('update --check reports what the current template changes', async () => {
      const { code, out, err } = await runTool(host, ['update', '--check', '--json']);
      expect([code, err]).toEqual([expect.toSatisfy((exit) => exit === 0 || exit === 1), '']);
      const { modules, changes } = JSON.parse(out) as { modules: { name: string }[]; changes: { path: string }[] };
      expect(modules.map(({ name }) => name)).toEqual(['notes']);
      const changed = changes.map(({ path }) => path);
      process.stdout.write(`${stack}, 0.1.0 to now: ${changed.join(', ') || 'no file'} changes\n`);
      expect(changed.length > 0).toBe(code === 1);
    });

    it('update keeps the edits, and a second one has nothing to do', async () => {
      expect(await runTool(host, ['update', '--yes'])).toMatchObject({ code: 0 });
      for (const file of editedFiles(stack))
        expect(readFileSync(join(folder(), file), 'utf8')).toContain(userTextIn(file));
      expect(await runTool(host, ['update', '--check'])).toMatchObject({ code: 0 });
      expect(await runTool(host, ['validate'])).toMatchObject({ code: 0, err: '' });
    });
  },
);
