import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { copyMini, newHost } from './hosts.ts';

/** A host of the small pack, changed by `edit`. */
async function hostWithPack(edit: (pack: string) => void): Promise<string> {
  const pack = join(tempFolder(), 'pack');
  copyMini(pack);
  edit(pack);
  const root = await newHost();
  writeFileSync(join(root, 'ai-modules.yaml'), `stack: ${pack}\n`);
  return root;
}

function hostWithCheck(code: string): Promise<string> {
  return hostWithPack((pack) => writeFileSync(join(pack, 'module/check.mjs'), code));
}

describe('--verify', () => {
  it("runs the pack's commands in the host's folder and prints their output", async () => {
    const root = await hostWithCheck('console.log(process.cwd()); console.error("on stderr");');
    const { out, err } = await succeedIn(root, ['new', 'alpha', '--verify', '--yes']);
    expect(out).toMatch(/^Created alpha in modules\/alpha: .*\n$/);
    const talk = err.slice(err.indexOf('$ '));
    expect(talk).toContain('$ node modules/alpha/check.mjs\n');
    expect(talk).toContain(`${root}\n`);
    expect(talk).toContain('on stderr\n');
    expect(talk).toContain('passed node modules/alpha/check.mjs\nNext:\n  open modules/alpha');
  });

  it('keeps the files if a command fails, and prints how to repeat it', async () => {
    const root = await hostWithCheck('console.log("1 test failed"); process.exitCode = 1;');
    const { code, out, err } = await runIn(root, ['new', 'alpha', '--verify', '--yes']);
    expect([code, out]).toEqual([3, expect.stringContaining('Created alpha')]);
    expect(existsSync(join(root, 'modules/alpha/manifest.yaml'))).toBe(true);
    expect(err.match(/1 test failed/g)).toHaveLength(1);
    expect(err).toContain('error node modules/alpha/check.mjs failed: exit code 1\n');
    expect(err).toContain(
      `The generated files were kept. To repeat the command, run: cd ${root} && node modules/alpha/check.mjs\n`,
    );
  });

  it('names a missing tool', async () => {
    const root = await hostWithPack((pack) => {
      const meta = readFileSync(join(pack, 'pack.yaml'), 'utf8');
      writeFileSync(join(pack, 'pack.yaml'), meta.replace('verify: [[node, ', 'verify: [[no-such-tool, '));
    });
    const { code, err } = await runIn(root, ['new', 'alpha', '--verify', '--yes']);
    expect([code, err]).toEqual([
      3,
      expect.stringContaining('no-such-tool modules/alpha/check.mjs failed: the program is not installed'),
    ]);
  });

  it.each<[number, string]>([
    [0, ''],
    [3, 'process.exitCode = 1;'],
  ])('prints one document on stdout with --json (exit %i)', async (wanted, code) => {
    const outcome = await runIn(await hostWithCheck(`console.log("noise"); ${code}`), [
      'new',
      'alpha',
      '--verify',
      '--json',
      '--yes',
    ]);
    expect(outcome.code).toBe(wanted);
    const document = JSON.parse(outcome.out) as object;
    expect(document).toMatchObject(
      wanted === 0 ? { written: true, verified: true } : { error: { code: 'command-failed' } },
    );
  });

  it('does nothing if nothing was written', async () => {
    const { err } = await succeedIn(await hostWithCheck(''), ['new', 'alpha', '--verify', '--dry-run']);
    expect(err).not.toContain('$ ');
  });
});

describe('on a terminal', () => {
  const slow = 'setTimeout(() => console.log("all is well"), 3000);';
  const argv = ['new', 'alpha', '--verify', '--yes'];

  it('shows a spinner for work over a second, and removes it', async () => {
    const { err } = await succeedIn(await hostWithCheck(slow), argv, { isTty: true, env: { NO_COLOR: '' } });
    expect(err).toMatch(/\r⠙ node modules\/alpha\/check\.mjs \(\d s\)\u001b\[K\r⠹ /);
    expect(err).toMatch(/\r\u001b\[K\u001b\[32mpassed/);
    expect(err).not.toContain('all is well');
  });

  it('shows one static line without colors', async () => {
    const { err } = await succeedIn(await hostWithCheck(slow), argv, { isTty: true });
    expect(err).toContain('$ node modules/alpha/check.mjs\nnode modules/alpha/check.mjs …\npassed ');
    expect(err).not.toMatch(/[\r\u001b]/);
  });

  it('shows the output of the command if it fails', async () => {
    const root = await hostWithCheck('console.log("1 test failed"); process.exitCode = 1;');
    const { err } = await runIn(root, argv, { isTty: true });
    expect(err.match(/1 test failed/g)).toHaveLength(1);
    expect(err).toContain('1 test failed\nerror node');
  });

  it('shows nothing without a terminal', async () => {
    const { err } = await succeedIn(await hostWithCheck(slow), argv);
    expect(err).not.toMatch(/[\r⠙]| …/);
  });
});
