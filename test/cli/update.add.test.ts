import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { snapshot } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
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
    ['an unknown kind', ['evnt', 'a.b'], 'Cannot add "evnt". Pass one of event, subscription'],
    ['no value', ['event'], 'Pass the value after add event.'],
    ['a value that is none', ['event', 'no'], 'add event:'],
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
      host.read('manifest.yaml').replace(/events_emitted:\n( {2}- .*\n)+/, '"events_emitted":\n  - notes.started\n'),
    );
    const before = host.read('manifest.yaml');
    const { code, err } = await runIn(host.root, ['add', 'event', 'notes.archived', '--module', 'notes', '--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining('Add the entry yourself')]);
    expect(host.read('manifest.yaml')).toBe(before);
  });
});

it('says that a setting exists, with its value', async () => {
  await succeedIn(host.root, ['add', 'config', 'top_k=4', '--yes']);
  const { code, err } = await runIn(host.root, ['add', 'config', 'top_k=5', '--yes']);
  expect([code, err]).toEqual([2, expect.stringContaining('top_k is already in configuration, with the value 4.')]);
});
