import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { parse as readYaml } from 'yaml';
import { snapshot } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { newHost } from './hosts.ts';
import { hostWithModule, packFolder, type UpdatedHost } from './update-packs.ts';

// A pack whose code repeats the manifest.
const pack = packFolder('1.2.0', {
  files: {
    'module/all.ts.hbs': [
      '{{#each events}}',
      'event {{name}}',
      '{{/each}}',
      '',
      '{{#each manifest.events_subscribed}}',
      'subscription {{this}}',
      '{{/each}}',
      '',
      '{{#each permissions}}',
      'permission {{name}}',
      '{{/each}}',
      '',
      '{{#each endpoints}}',
      'endpoint {{entry}}',
      '{{/each}}',
      '',
      '{{#each manifest.dependencies}}',
      'dependency {{this}}',
      '{{/each}}',
      '',
      '{{#each configuration}}',
      'config {{key}}',
      '{{/each}}',
      '',
    ].join('\n'),
  },
});

const drafts = ['new', 'drafts', '--description', 'Keeps drafts', '--author', 'Ann', '--yes'];

let host: UpdatedHost;
beforeEach(async () => {
  host = await hostWithModule(pack);
});

it.each([
  ['event', 'notes.archived', 'event notes.archived'],
  ['subscription', 'invoices.completed', 'subscription invoices.completed'],
  ['permission', 'notes:export', 'permission notes:export'],
  ['endpoint', 'POST /reindex', 'endpoint POST /reindex'],
  ['dependency', 'module:invoices', 'dependency module:invoices'],
  ['config', 'top_k={type: integer, default: 5, minimum: 1}', 'config top_k'],
])('adds a %s to the manifest and the code in one plan', async (kind, value, line) => {
  await succeedIn(host.root, ['new', 'invoices', '--yes']);
  const comment = '# mine, and in no template\n';
  host.write('manifest.yaml', `${comment}${host.read('manifest.yaml')}`);
  const before = host.read('manifest.yaml');
  await succeedIn(host.root, ['add', kind, value, '--module', 'notes', '--yes']);
  expect(host.read('all.ts')).toContain(`${line}\n`);
  const after = host.read('manifest.yaml').split('\n');
  for (const kept of before.split('\n').filter((one) => !/: (\[\]|\{\})$/.test(one))) expect(after).toContain(kept);
  const again = await succeedIn(host.root, ['add', kind, value, '--module', 'notes', '--yes']);
  expect(again.out).toBe('1 module: everything is up to date.\n');
  await succeedIn(host.root, ['undo', '--yes']);
  expect(host.read('manifest.yaml')).toBe(before);
});

describe('types', () => {
  const add = (...argv: string[]) => succeedIn(host.root, ['add', ...argv, '--module', 'notes', '--yes']);

  it('are added with their references, and the rest of the manifest is kept', async () => {
    const comment = '# mine, and in no template\n';
    host.write('manifest.yaml', `${comment}${host.read('manifest.yaml')}`);
    const before = host.read('manifest.yaml');
    await add('type', 'Line', 'text:string', 'amount:number(0..)');
    await add('type', 'Currency', 'EUR|USD');
    await add('input', 'lines:Line[]', 'currency?:Currency=EUR');
    await add('input', 'note?:string');
    await add('option', 'tone?:dry|warm=dry');
    await add('output', 'total:number');
    await add('endpoint', 'POST /preview', '--input', 'Line', '--output', 'html:string', '--summary', 'Shows a line.');
    await add('endpoint', 'POST /share', '--permission', 'notes:share');
    await add('output', 'size?:Size', '--type', 'Size=width:integer');
    await add('event', 'notes.sent', '--payload', 'id:uuid');
    await add('subscription', 'bills.paid', '--payload', '{ type: object, properties: { id: { type: string } } }');
    await add('payload', 'notes.sent', 'to?:email');
    expect(readYaml(host.read('manifest.yaml'))).toMatchObject({
      types: { Line: { required: ['text', 'amount'] }, Currency: { enum: ['EUR', 'USD'] } },
      input: {
        required: ['lines'],
        properties: { currency: { $ref: '#/types/Currency', default: 'EUR' }, note: { type: 'string' } },
      },
      options: { properties: { tone: { enum: ['dry', 'warm'], default: 'dry' } } },
      output: { required: ['total'], properties: { size: { $ref: '#/types/Size' } } },
      endpoints: expect.arrayContaining([
        {
          endpoint: 'POST /preview',
          input: { $ref: '#/types/Line' },
          output: { type: 'object', required: ['html'], properties: { html: { type: 'string' } } },
          summary: 'Shows a line.',
        },
        { endpoint: 'POST /share', permission: 'notes:share' },
      ]),
      permissions_required: expect.arrayContaining(['notes:share']),
      events_emitted: expect.arrayContaining([
        {
          event: 'notes.sent',
          payload: {
            type: 'object',
            required: ['id'],
            properties: { id: { type: 'string', format: 'uuid' }, to: { type: 'string', format: 'email' } },
          },
        },
      ]),
      events_subscribed: expect.arrayContaining([
        { event: 'bills.paid', payload: { type: 'object', properties: { id: { type: 'string' } } } },
      ]),
    });
    expect(host.read('all.ts')).toContain('endpoint POST /preview\n');
    expect(host.read('all.ts')).toContain('event notes.sent\n');
    const after = host.read('manifest.yaml').split('\n');
    for (const line of before.split('\n')) expect(after).toContain(line);
    expect((await add('input', 'note?:string')).out).toBe('1 module: everything is up to date.\n');
  });

  it('are imported, with the types that they refer to', async () => {
    const file = join(host.root, 'openapi.json');
    const line = { type: 'object', properties: { text: { type: 'string' } } };
    const bill = { type: 'object', properties: { line: { $ref: '#/components/schemas/Line' } } };
    writeFileSync(file, JSON.stringify({ openapi: '3.1.0', components: { schemas: { Line: line, Bill: bill } } }));
    await add('type', 'Bill', '--from', `${file}#Bill`);
    await add('output', '--from', `${file}#Bill`);
    expect(readYaml(host.read('manifest.yaml'))).toMatchObject({
      types: { Line: line, Bill: { properties: { line: { $ref: '#/types/Line' } } } },
      output: { properties: { line: { $ref: '#/types/Line' } } },
    });
  });

  it('are shown and not written with --dry-run, --diff and --json', async () => {
    const before = snapshot(host.root);
    const argv = ['add', 'input', 'text:string', '--module', 'notes'];
    expect((await succeedIn(host.root, [...argv, '--dry-run', '--yes'])).out).toContain('~ manifest.yaml');
    expect((await succeedIn(host.root, [...argv, '--diff'])).out).toContain('+    text: { type: string }\n');
    const { changes, written } = JSON.parse((await succeedIn(host.root, [...argv, '--json'])).out);
    expect([written, changes.map(({ path }: { path: string }) => path)]).toEqual([
      false,
      expect.arrayContaining(['modules/notes/manifest.yaml']),
    ]);
    expect(snapshot(host.root)).toEqual(before);
  });
});

it('adds to the only module, and to the module of the current folder', async () => {
  await succeedIn(host.root, ['add', 'event', 'notes.archived', '--yes']);
  expect(host.read('all.ts')).toContain('event notes.archived\n');
  await succeedIn(host.root, drafts);
  const inside = join(host.root, 'modules/notes/any');
  mkdirSync(inside);
  await succeedIn(inside, ['add', 'event', 'notes.opened', '--yes']);
  expect(host.read('all.ts')).toContain('event notes.opened\n');
});

describe('refuses, and writes nothing', () => {
  it.each([
    ['an unknown kind', ['evnt', 'a.b'], 'Cannot add "evnt". Did you mean event? Pass one of input, option,'],
    ['no value', ['event'], 'Pass the value after add event.'],
    ['a value that is none', ['event', 'no'], 'add event:'],
    ['a misspelt kind', ['inptu', 'a:string'], 'Cannot add "inptu". Did you mean input?'],
    ['a misspelt type', ['input', 'a:strng'], 'add input: a:strng: strng is not a type. Did you mean string?'],
    ['an unknown type', ['input', 'a:Line'], 'there is no type Line'],
    ['a type without a name', ['type', 'a:string'], 'must be the name of the type in PascalCase'],
    ['a type without fields', ['type', 'Line'], 'Pass the fields of Line'],
    ['a payload without fields', ['payload', 'notes.started'], 'Pass the fields after the event'],
    ['a payload of a misspelt event', ['payload', 'notes.startd', 'a:string'], 'Did you mean notes.started?'],
    ['a payload of an unknown event', ['payload', 'bills.paid', 'a:string'], 'run add event or add subscription'],
    ['a misspelt endpoint', ['endpoint', 'PSOT /x'], 'Did you mean POST /x?'],
    ['a misspelt permission', ['endpoint', 'POST /x', '--permission', 'share'], '--permission:'],
    [
      'types of a standard endpoint',
      ['endpoint', 'POST /process', '--input', 'a:string'],
      'Declare input of the module',
    ],
    [
      'a flag of another kind',
      ['event', 'notes.x', '--input', 'a:string'],
      '--input has no meaning for add event: it is for add endpoint.',
    ],
    [
      'a flag for two values',
      ['endpoint', 'POST /a', 'POST /b', '--summary', 'x'],
      '--summary describes one value, but there are 2.',
    ],
    ['a type without a name in --type', ['input', 'a:B', '--type', 'a:string'], '--type: must begin with the name'],
    ['two sources', ['input', 'a:string', '--from', 'x.json'], 'Pass fields or --from, not both.'],
    ['an unknown module', ['event', 'notes.archived', '--module', 'nots'], 'Did you mean notes?'],
    [
      'an entry that makes the manifest invalid',
      ['config', 'timeout={type: integer, default: x}', '--module', 'notes'],
      'error',
    ],
  ])('%s', async (_, argv, reason) => {
    const before = snapshot(host.root);
    const { code, err } = await runIn(host.root, ['add', ...argv, '--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining(reason)]);
    expect(snapshot(host.root)).toEqual(before);
  });

  it('no module given, and the host has two', async () => {
    await succeedIn(host.root, drafts);
    const before = snapshot(host.root);
    const { code, err } = await runIn(host.root, ['add', 'event', 'drafts.archived', '--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining('one of drafts, notes')]);
    expect(snapshot(host.root)).toEqual(before);
  });

  it('a manifest whose YAML syntax is not supported', async () => {
    host.write(
      'manifest.yaml',
      host
        .read('manifest.yaml')
        .replace('events_emitted:', 'events_emitted: &events')
        .replace(/events_subscribed:\n( {2}- .*\n)+/, 'events_subscribed: *events\n'),
    );
    const before = host.read('manifest.yaml');
    const { code, err } = await runIn(host.root, ['add', 'subscription', 'bills.paid', '--module', 'notes', '--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining('Add the entry yourself')]);
    expect(host.read('manifest.yaml')).toBe(before);
  });
});

it('says that a field has another type', async () => {
  await succeedIn(host.root, ['add', 'input', 'text:string', '--yes']);
  const before = snapshot(host.root);
  const { code, err } = await runIn(host.root, ['add', 'input', 'text:integer', '--yes']);
  expect([code, err]).toEqual([2, expect.stringContaining('text is already in input, as {"type":"string"}.')]);
  expect(snapshot(host.root)).toEqual(before);
});

it('says that a setting exists, with its value', async () => {
  await succeedIn(host.root, ['add', 'config', 'top_k=4', '--yes']);
  const { code, err } = await runIn(host.root, ['add', 'config', 'top_k=5', '--yes']);
  expect([code, err]).toEqual([2, expect.stringContaining('top_k is already in configuration, with the value 4.')]);
});

describe.each([
  ['fastify', 'src/ai/modules/notes', 'provider.ts', 'class SampleProvider'],
  ['fastapi', 'app/ai/modules/notes', 'provider.py', 'class SampleProvider'],
])('declaring the output of a module of %s', (stack, folder, provider, sample) => {
  it('gives it the provider of its types; an edited one stays and is listed', async () => {
    const root = await newHost(stack);
    const path = join(root, folder, provider);
    const add = ['add', 'output', 'total:number', '--module', 'notes', '--yes'];
    await succeedIn(root, ['new', 'notes', '--yes']);
    expect((await succeedIn(root, add)).err).not.toContain('are yours');
    expect(readFileSync(path, 'utf8')).toContain(sample);
    await succeedIn(root, ['undo', '--yes']);

    const mine = readFileSync(path, 'utf8').replace('Counts', 'Weighs');
    writeFileSync(path, mine);
    const [note = ''] = /These files are yours .*/.exec((await succeedIn(root, add)).err) ?? [];
    expect(note).toContain(`${folder}/${provider}, ${folder}/tests/`);
    expect(readFileSync(path, 'utf8')).toBe(mine);
    rmSync(path);
    await succeedIn(root, ['update', 'notes', '--restore', provider, '--yes']);
    expect(readFileSync(path, 'utf8')).toContain(sample);
  });
});
