import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/program/program.ts';
import { apps } from '../core/attach/apps.ts';
import { tempFolder } from '../io/temp-folder.ts';
import { runIn } from './fake-io.ts';
import { newHost, stacks } from './hosts.ts';
import { hostWithModule, packFolder, serviceWith } from './update-packs.ts';

const schemaCalled = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../docs/schema/${name}.schema.json`, import.meta.url), 'utf8'));
const ajv = new Ajv({ allErrors: true }).addSchema(schemaCalled('diagnostics'), 'diagnostics.schema.json');
const isOutput = ajv.compile(schemaCalled('output'));

/** Runs a command and returns its JSON, which must match the published schema. */
async function jsonOf(cwd: string, argv: readonly string[]): Promise<Record<string, unknown>> {
  const document = JSON.parse((await runIn(cwd, [...argv, '--json'])).out);
  expect(isOutput(document) || isOutput.errors?.slice(0, 5)).toBe(true);
  return document;
}

const newer = packFolder('1.3.0', {
  files: {
    'module/service.ts.hbs': serviceWith({ 'return 2': 'return 22' }),
    'module/picture.png': Buffer.from([137, 0, 255]).toString('latin1'),
  },
});
rmSync(join(newer, 'module/check.mjs'));

/** An update with every kind of change, an edited file and conflicts. */
async function oddHost(): Promise<string> {
  const host = await hostWithModule();
  host.edit('service.ts', 'return 2', 'return 2000');
  host.write('picture.png', 'mine\n');
  host.use(newer);
  return host.root;
}

describe('every command prints JSON that matches the schema', () => {
  it.each(stacks)('new and host init, on %s', async (stack) => {
    const root = await newHost(stack);
    const argv = ['new', 'alpha', '--stack', stack, '--config', 'own_key_env=OWN_KEY', '--dependency', 'redis'];
    expect(await jsonOf(root, argv)).toMatchObject({ command: 'new', written: false, host: root, module: 'alpha' });
    expect(await jsonOf(root, [...argv, '--yes'])).toMatchObject({ command: 'new', written: true, diagnostics: [] });
    const init = ['host', 'init', 'deep/app', '--stack', stack];
    expect(await jsonOf(root, init)).toMatchObject({ command: 'host init', written: false, root });
    expect(await jsonOf(root, [...init, '--yes'])).toMatchObject({ command: 'host init', written: true });
  });

  it('pack init and pack check', async () => {
    const root = tempFolder();
    const init = ['pack', 'init', 'acme', '--from', 'fastapi', '--extends'];
    expect(await jsonOf(root, init)).toMatchObject({
      command: 'pack init',
      written: false,
      pack: 'acme',
      from: 'fastapi',
    });
    expect(await jsonOf(root, [...init, '--yes'])).toMatchObject({ command: 'pack init', written: true });
    const check = ['pack', 'check', 'acme'];
    expect(await jsonOf(root, check)).toMatchObject({
      pack: { name: 'acme', version: '1.0.0' },
      files: 2,
      diagnostics: [],
    });
    writeFileSync(join(root, 'acme/pack.yaml~'), '');
    expect(await jsonOf(root, check)).toMatchObject({
      diagnostics: [{ rule: 'unused-file', file: 'acme/pack.yaml~' }],
    });
    writeFileSync(join(root, 'acme/pack.yaml'), 'name: [');
    expect(await jsonOf(root, check)).toMatchObject({ pack: null });
  });

  it.each(Object.keys(apps))('host attach and host detach, on %s', async (name) => {
    const root = tempFolder();
    for (const [path, text] of Object.entries(apps[name] ?? {})) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const attach = ['host', 'attach', '--no-resolve'];
    expect(await jsonOf(root, attach)).toMatchObject({ command: 'host attach', written: false, host: root });
    expect(await jsonOf(root, [...attach, '--yes'])).toMatchObject({ written: true, framework: name });
    expect(await jsonOf(root, ['host', 'detach'])).toMatchObject({ command: 'host detach', written: false, kept: [] });
  });

  it('update, status, add, undo and adopt', async () => {
    const root = await oddHost();
    const shown = { command: 'update', written: false, host: root };
    expect(await jsonOf(root, ['update'])).toMatchObject(shown);
    expect(await jsonOf(root, ['update', '--check'])).toMatchObject(shown);
    expect(await jsonOf(root, ['update', '--host-files', '--on-conflict', 'sidecar'])).toMatchObject(shown);
    expect(await jsonOf(root, ['status'])).toMatchObject({ schemaVersion: 1, command: 'status' });
    expect(await jsonOf(root, ['list'])).toMatchObject({ command: 'list', modules: [{ state: 'conflict' }] });
    expect(await jsonOf(root, ['graph'])).toMatchObject({ command: 'graph', modules: [{ name: 'notes' }] });
    expect(await jsonOf(root, ['info'])).toMatchObject({ command: 'info', host: { modules: [{ name: 'notes' }] } });
    expect(await jsonOf(tempFolder(), ['info'])).toMatchObject({ host: null });
    expect(await jsonOf(root, ['doctor'])).toMatchObject({ command: 'doctor', checks: expect.any(Array) });
    const drawing = ['graph', '--output', 'modules.mmd'];
    expect(await jsonOf(root, drawing)).toMatchObject({ written: false, changes: [{ path: 'modules.mmd' }] });
    expect(await jsonOf(root, ['status', '--verify-base'])).toMatchObject({ bases: [{ name: 'notes' }] });
    const added = await jsonOf(root, ['add', 'event', 'notes.archived', '--on-conflict', 'markers', '--yes']);
    expect(added).toMatchObject({ command: 'add', written: true });
    const kinds = (added.changes as { kind: string }[]).map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(['create', 'update', 'delete']));
    // Unresolved conflicts in the file.
    expect(await jsonOf(root, ['update', '--yes'])).toMatchObject({ written: false });
    expect(await jsonOf(root, ['undo', '--yes'])).toMatchObject({ command: 'undo', written: true });
    rmSync(join(root, 'modules/notes/.ai-module'), { recursive: true });
    expect(await jsonOf(root, ['adopt', 'notes'])).toMatchObject({ command: 'adopt', written: false });
    expect(await jsonOf(root, ['adopt', 'notes', '--yes'])).toMatchObject({ command: 'adopt', written: true });
  });

  it('remove', async () => {
    const { root } = await hostWithModule();
    expect(await jsonOf(root, ['remove', 'notes'])).toMatchObject({ command: 'remove', written: false, tables: [] });
    expect(await jsonOf(root, ['remove', 'notes', '--yes'])).toMatchObject({ written: true, modules: ['notes'] });
  });

  it('commands with --all', async () => {
    const root = tempFolder();
    for (const dir of ['one', 'two']) await jsonOf(root, ['host', 'init', dir, '--stack', 'fastify', '--yes']);
    await jsonOf(join(root, 'one'), ['new', 'alpha', '--yes']);
    rmSync(join(root, 'one/src/ai/modules/alpha/.ai-module/lock.yaml'));
    expect(await jsonOf(root, ['list', '--all'])).toMatchObject({ command: 'list', hosts: [{}, { modules: [] }] });
    const failed = { error: { code: 'base-lost' } };
    expect(await jsonOf(root, ['status', '--all'])).toMatchObject({ hosts: [failed, { command: 'status' }] });
    expect(await jsonOf(root, ['update', '--all'])).toMatchObject({ hosts: [failed, { written: false }] });
    expect(await jsonOf(root, ['validate', '--all'])).toMatchObject({ files: [expect.stringContaining('alpha')] });
  });

  it('validate', async () => {
    const { root, write, read } = await hostWithModule();
    write('manifest.yaml', read('manifest.yaml').replace('author:', 'auhtor:'));
    expect(await jsonOf(root, ['validate'])).toMatchObject({ schemaVersion: 1, command: 'validate' });
    expect(await jsonOf(root, ['validate', '--fix'])).toMatchObject({ command: 'validate', written: false });
    expect(await jsonOf(root, ['validate', '--fix', '--yes'])).toMatchObject({ command: 'validate', written: true });
  });

  it('a file that is not text', async () => {
    const pack = packFolder('1.2.0');
    writeFileSync(join(pack, 'module/picture.png'), Buffer.from([137, 0, 255]));
    const { root } = await hostWithModule(pack);
    const { changes } = await jsonOf(root, ['new', 'alpha']);
    expect(changes).toContainEqual(expect.objectContaining({ bytes: 3 }));
  });
});

it.each<[readonly string[], string, string]>([
  [['new', 'class'], 'new', 'answer-invalid'],
  [['class'], 'new', 'answer-invalid'],
  [['ls'], 'new', 'usage'],
  [['host', 'init', '--stack', 'flask'], 'host init', 'pack-not-found'],
  [['validate', 'no/where'], 'validate', 'file-unreadable'],
  [['update', 'nothing'], 'update', 'module-not-found'],
  [['update', '--chekc'], 'update', 'usage'],
  [['status', 'nothing'], 'status', 'module-not-found'],
  [['add', 'evnt', 'x'], 'add', 'usage'],
  [['adopt'], 'adopt', 'usage'],
  [['undo'], 'undo', 'nothing-to-undo'],
  [['remove', 'nothing'], 'remove', 'module-not-found'],
  [['list', '--host', 'nowhere'], 'list', 'host-not-found'],
  [['graph', '--format', 'png'], 'graph', 'usage'],
  [['info', '--host', 'nowhere'], 'info', 'host-not-found'],
  [['doctor', '--host', 'nowhere'], 'doctor', 'host-not-found'],
])('includes the command in the error of %j', async (argv, command, code) => {
  expect(await jsonOf(await newHost(), argv)).toMatchObject({ schemaVersion: 1, command, error: { code } });
});

it('the schema is strict: it refuses output that no command prints', async () => {
  const root = await newHost();
  const document = await jsonOf(root, ['new', 'alpha']);
  const [change] = document.changes as object[];
  for (const wrong of [
    { ...document, more: 1 },
    { ...document, command: 'update' },
    { ...document, schemaVersion: 2 },
    { ...document, written: undefined },
    { ...document, changes: [{ ...change, kind: 'keep' }] },
    { ...document, changes: [{ ...change, more: 1 }] },
    { ...document, diagnostics: [{ rule: 'syntax' }] },
  ])
    expect(isOutput(JSON.parse(JSON.stringify(wrong)))).toBe(false);
});

it('the schema contains every command with --json', () => {
  const silent = { write: () => {}, isTty: false };
  const program = buildProgram({ out: silent, err: silent } as never, () => {});
  const leaves = program.commands.flatMap((command) =>
    command.commands.length === 0
      ? [{ name: command.name(), command }]
      : command.commands.map((child) => ({ name: `${command.name()} ${child.name()}`, command: child })),
  );
  const withJson = leaves.filter(({ command }) => command.options.some(({ long }) => long === '--json'));
  const schema = JSON.stringify([schemaCalled('output'), schemaCalled('diagnostics')]);
  expect(withJson.map(({ name }) => name)).toContain('host init');
  for (const { name } of withJson) expect(schema).toContain(`"${name}"`);
});
