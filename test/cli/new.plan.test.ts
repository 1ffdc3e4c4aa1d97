import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { newHost, stacks } from './hosts.ts';

interface JsonChange {
  readonly kind: string;
  readonly path: string;
  readonly mode: string;
  readonly content: string;
}

function planIn(text: string): { written: boolean; verified: boolean; changes: readonly JsonChange[] } {
  return JSON.parse(text);
}

const alpha = ['new', 'alpha', '--author', 'Ada', '--config', 'own_key_env=OWN_KEY'];

function copyOf(root: string): string {
  const copy = join(tempFolder(), 'host');
  cpSync(root, copy, { recursive: true });
  return copy;
}

describe.each(stacks)('on %s', (stack) => {
  it('--json shows every file of the plan that is applied', async () => {
    const root = await newHost(stack);
    const before = snapshot(root);
    const shown = planIn((await succeedIn(root, [...alpha, '--dry-run', '--json'])).out);
    expect(shown.written).toBe(false);
    expect(snapshot(root)).toEqual(before);

    const applied = planIn((await succeedIn(root, [...alpha, '--json', '--yes'])).out);
    expect(applied).toEqual({ ...shown, written: true });
    for (const { path, content, mode } of shown.changes) {
      expect(readFileSync(join(root, path), 'utf8'), path).toBe(content);
      expect((statSync(join(root, path)).mode & 0o111) !== 0, path).toBe(mode === '100755');
    }
    const written = Object.keys(snapshot(root)).filter((path) => !path.endsWith('/'));
    expect(written.filter((path) => snapshot(root)[path] !== before[path]).sort()).toEqual(
      shown.changes.map(({ path }) => path).sort(),
    );
  });

  it('--diff shows a patch that creates the same files', async () => {
    const root = await newHost(stack);
    const patched = copyOf(root);
    const { out } = await succeedIn(root, [...alpha, '--dry-run', '--diff']);
    const patch = out.slice(out.indexOf('diff --git'));
    execFileSync('git', ['apply', '--whitespace=nowarn', '-'], { cwd: patched, input: patch });
    await succeedIn(root, [...alpha, '--yes']);
    expect(snapshot(patched)).toEqual(snapshot(root));
  });

  it('--dry-run lists every file and writes nothing', async () => {
    const root = await newHost(stack);
    const before = snapshot(root);
    const { out } = await succeedIn(root, [...alpha, '--dry-run']);
    expect(snapshot(root)).toEqual(before);
    const { changes } = planIn((await succeedIn(root, [...alpha, '--dry-run', '--json'])).out);
    for (const { path, kind } of changes)
      expect(out).toContain(`${kind === 'create' ? '+' : '~'} ${path.split('/').at(-1)}`);
  });

  it('generates the same bytes each time, and a second module beside the first', async () => {
    const [one, two] = [await newHost(stack), await newHost(stack)];
    for (const root of [one, two]) {
      await succeedIn(root, [...alpha, '--yes']);
      await succeedIn(root, ['new', 'beta', '--author', 'Ada', '--yes']);
    }
    expect(snapshot(one)).toEqual(snapshot(two));
  });
});

it('prints the result to stdout and everything else to stderr', async () => {
  const root = await newHost();
  const { out, err } = await succeedIn(root, [...alpha, '--yes']);
  expect(out).toMatch(/^Created alpha in modules\/alpha: \d+ files created, 1 file changed\n$/);
  expect(err).toContain('Module alpha for Mini');
  expect(err).toContain('Next:\n  node modules/alpha/check.mjs\n  open modules/alpha: its README');
});

it('prints the packages to add and the folder of the host as next steps', async () => {
  const root = await newHost();
  mkdirSync(join(root, 'deep/er'), { recursive: true });
  await succeedIn(root, ['new', 'beta', '--yes']);
  const { err } = await succeedIn(join(root, 'deep/er'), [
    ...alpha,
    ...['redis', 'module:beta', 'lodash@4'].flatMap((name) => ['--dependency', name]),
    '--yes',
  ]);
  expect(err).toContain('Next:\n  cd ../..\n  npm install lodash@4\n');
});

it.each<[string, Readonly<Record<string, string>>]>([
  ['pnpm add lodash', { '../pnpm-lock.yaml': '' }],
  ['yarn add lodash', { '../package.json': '{ "packageManager": "yarn@4.9.0" }' }],
  ['bun add lodash', { 'bun.lock': '', '../package-lock.json': '' }],
])('prints %s in a workspace with the files %j', async (command, files) => {
  const root = await newHost();
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
  const { err } = await succeedIn(root, [...alpha, '--dependency', 'lodash', '--yes']);
  expect(err).toContain(`Next:\n  ${command}\n`);
});

describe('a module that exists', () => {
  it.each([[['alpha']], [['alpha', '--yes']], [['alpha', '--dry-run']], [['alpha', '--json']]])(
    'stops %j, touches nothing and points to update',
    async (argv) => {
      const root = await newHost();
      await succeedIn(root, [...alpha, '--yes']);
      writeFileSync(join(root, 'modules/alpha/index.ts'), 'mine\n');
      const before = snapshot(root);
      const { code, err } = await runIn(root, ['new', ...argv]);
      expect(code).toBe(2);
      expect(err).toContain('The module alpha already exists in modules/alpha.');
      expect(err).toContain('create-ai-module update alpha');
      expect(snapshot(root)).toEqual(before);
    },
  );

  it('is detected before any prompt', async () => {
    const root = await newHost();
    await succeedIn(root, [...alpha, '--yes']);
    expect(await runIn(root, ['new', 'alpha'], { replies: {} })).toMatchObject({ code: 2, asked: [] });
  });

  it('is detected in another letter case', async () => {
    const root = await newHost();
    await succeedIn(root, [...alpha, '--yes']);
    renameSync(join(root, 'modules/alpha'), join(root, 'modules/Alpha'));
    const { code, err } = await runIn(root, ['new', 'alpha', '--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining('already exists in modules/Alpha.')]);
  });
});

it('prints the lines to add if a host file has no marker', async () => {
  const root = await newHost();
  writeFileSync(join(root, '.env.example'), 'NO_MARKER=1\n');
  const { err } = await succeedIn(root, [...alpha, '--yes']);
  expect(err).toMatch(
    /Note: \.env\.example has no line with "create-ai-module:insert"; add these lines yourself:\n {4}OWN_KEY=/,
  );
  expect(readFileSync(join(root, '.env.example'), 'utf8')).toBe('NO_MARKER=1\n');
  expect(existsSync(join(root, 'modules/alpha'))).toBe(true);
});
