import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { mini, newHost } from './hosts.ts';
import { hostWithModule, packFolder, serviceWith } from './update-packs.ts';

const newer = packFolder('1.3.0', { files: { 'module/service.ts.hbs': serviceWith({ 'return 2': 'return 22' }) } });

async function outdatedHost(): Promise<string> {
  const host = await hostWithModule();
  host.use(newer);
  return host.root;
}

async function updatedHost(): Promise<string> {
  const root = await outdatedHost();
  await succeedIn(root, ['update', '--yes']);
  return root;
}

async function hostWithLostBase(): Promise<string> {
  const { root } = await hostWithModule();
  rmSync(join(root, 'modules/notes/.ai-module'), { recursive: true });
  return root;
}

/** A folder in which the command has changes to write. */
const commands: [argv: readonly string[], arrange: () => Promise<string>][] = [
  [['new', 'alpha'], newHost],
  [['alpha'], newHost],
  [['host', 'init', 'app', '--stack', mini], async () => tempFolder()],
  [['update'], outdatedHost],
  [['add', 'event', 'notes.archived'], async () => (await hostWithModule()).root],
  [['adopt', 'notes'], hostWithLostBase],
  [['undo'], updatedHost],
];

describe.each(commands)('%j', (argv, arrange) => {
  it.each<[string, readonly string[]]>([
    ['--json', ['--json']],
    ['--diff', ['--diff']],
    ['--json --diff', ['--json', '--diff']],
    ['--dry-run', ['--dry-run']],
    ['--dry-run --yes', ['--dry-run', '--yes']],
    ['--dry-run --yes --json', ['--dry-run', '--yes', '--json']],
    ['--dry-run --yes --diff', ['--dry-run', '--yes', '--diff']],
  ])('writes nothing and does not prompt with %s', async (_, flags) => {
    const root = await arrange();
    const before = snapshot(root);
    // A dry run prompts for missing answers on a terminal, but never for confirmation.
    const options = flags.includes('--dry-run') ? {} : { replies: {} };
    const { code, out, asked } = await runIn(root, [...argv, ...flags], options);
    expect([code, asked]).toEqual([0, []]);
    if (flags.includes('--json')) expect(JSON.parse(out)).toMatchObject({ written: false });
    else expect(out).toMatch(/ to (create|change|delete)/);
    expect(out.includes('diff --git')).toBe(flags.includes('--diff') && !flags.includes('--json'));
    expect(snapshot(root)).toEqual(before);
  });

  it.each<[string, readonly string[]]>([
    ['--yes', ['--yes']],
    ['--json --yes', ['--json', '--yes']],
    ['--diff --yes', ['--diff', '--yes']],
  ])('writes with %s, without a terminal', async (_, flags) => {
    const root = await arrange();
    const before = snapshot(root);
    const { out } = await succeedIn(root, [...argv, ...flags]);
    if (flags.includes('--json')) expect(JSON.parse(out)).toMatchObject({ written: true });
    expect(snapshot(root)).not.toEqual(before);
  });

  it('without a terminal, shows the plan, writes nothing and exits with 2', async () => {
    const root = await arrange();
    const before = snapshot(root);
    const { code, out, err } = await runIn(root, argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/ to (create|change|delete)/);
    expect(err).toContain('error Nothing was written: there is no terminal on which to confirm the plan.\n');
    expect(err).toContain('Add --yes to write, or --dry-run to only show the plan.');
    expect(snapshot(root)).toEqual(before);
  });

  it('asks once on a terminal', async () => {
    const root = await arrange();
    const before = snapshot(root);
    const no = await runIn(root, argv, { replies: { 'Write these files?': false } });
    expect([no.code, no.asked.filter((question) => question.startsWith('Write'))]).toEqual([
      130,
      ['Write these files?'],
    ]);
    expect(snapshot(root)).toEqual(before);
    await succeedIn(root, argv, { replies: { 'Write these files?': true } });
    expect(snapshot(root)).not.toEqual(before);
  });
});

describe('a plan without changes needs no confirmation', () => {
  it.each<[readonly string[], () => Promise<string>]>([
    [['update'], updatedHost],
    [['adopt', 'notes'], async () => (await hostWithModule()).root],
    [['host', 'init', '.', '--stack', mini], newHost],
    [['update', '--json', '--yes'], updatedHost],
  ])('%j', async (argv, arrange) => {
    const root = await arrange();
    const before = snapshot(root);
    const { out } = await succeedIn(root, argv);
    if (argv.includes('--json')) expect(JSON.parse(out)).toMatchObject({ written: false, changes: [] });
    expect(snapshot(root)).toEqual(before);
  });
});

it.each<[readonly string[], number]>([
  [['update', '--check'], 1],
  [['update', '--check', '--yes'], 1],
  [['update', '--check', '--json', '--yes'], 1],
  [['status', '--json'], 0],
  [['status', '--verify-base', '--json'], 0],
  [['diff'], 0],
])('%j never writes', async (argv, exit) => {
  const root = await outdatedHost();
  const before = snapshot(root);
  expect((await runIn(root, argv)).code).toBe(exit);
  expect(snapshot(root)).toEqual(before);
});

describe('with conflicts, a preview has the exit code of the run that writes', () => {
  it.each<[readonly string[]]>([[['update']], [['update', '--on-conflict', 'markers']]])('%j', async (argv) => {
    const host = await hostWithModule();
    host.edit('service.ts', 'return 2', 'return 2000');
    host.use(newer);
    const shown = await runIn(host.root, [...argv, '--json']);
    const written = await runIn(host.root, [...argv, '--json', '--yes']);
    expect([shown.code, written.code]).toEqual([1, 1]);
    const [before, after] = [JSON.parse(shown.out), JSON.parse(written.out)];
    expect(after).toEqual({ ...before, written: argv.length > 1 });
    expect(before.modules[0].conflicts).toHaveLength(1);
  });
});

describe('validate --fix', () => {
  const wrong = 'name: ocr\nversion: "1.0.0"\ndescription: Reads.\nauhtor: Ada\nclass_name: OcrModule\n';
  it.each<[string, boolean]>([
    ['', true],
    ['--yes', true],
    ['--format sarif', true],
    ['--json', false],
    ['--format json', false],
    ['--diff', false],
    ['--dry-run', false],
    ['--dry-run --yes', false],
    ['--json --yes', true],
    ['--diff --yes', true],
  ])('%s', async (flags, writes) => {
    const root = tempFolder();
    writeFileSync(join(root, 'my.yaml'), wrong);
    const before = snapshot(root);
    const words = flags.split(' ').filter((word) => word !== '');
    const { code, out, err } = await runIn(root, ['validate', 'my.yaml', '--fix', ...words]);
    expect(code).toBe(writes ? 0 : 1);
    expect(JSON.stringify(snapshot(root)) !== JSON.stringify(before)).toBe(writes);
    expect(err.includes('+author: Ada')).toBe(!writes || flags.includes('--diff'));
    if (out.startsWith('{\n  "schemaVersion"'))
      expect(JSON.parse(out)).toMatchObject({ written: writes, fixed: ['my.yaml'] });
    else if (!flags.includes('sarif')) expect(out).toContain(writes ? '1 manifest fixed' : '1 manifest to fix');
  });
});
