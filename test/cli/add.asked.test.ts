import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { runIn, succeedIn } from './fake-io.ts';
import { newHost } from './hosts.ts';
import { cancel } from './scripted-prompter.ts';

let root: string;
beforeEach(async () => {
  root = await newHost('fastify');
  await succeedIn(root, ['new', 'alpha', '--author', 'Ada', '--yes']);
});
const manifestOf = (name: string) => readFileSync(join(root, 'src/ai/modules', name, 'manifest.yaml'), 'utf8');

it('without arguments asks what to add and for its value', async () => {
  const { code, asked } = await runIn(root, ['add'], {
    replies: { 'What do you want': 'endpoint', Endpoint: 'POST /reindex', Apply: true },
  });
  expect(code).toBe(0);
  expect(asked.slice(0, 2)).toEqual(['What do you want to add?', 'Endpoint, like POST /reindex']);
  expect(manifestOf('alpha')).toContain('POST /reindex');
});

it.each([
  ['event', { Event: 'alpha.archived' }, 'alpha.archived'],
  ['permission', { Permission: 'alpha:archive' }, 'alpha:archive'],
  ['config', { Setting: 'batch_size=10' }, 'batch_size: 10'],
  ['type', { 'Name of the type': 'Line', Fields: 'text:string' }, 'Line:'],
  ['input', { Fields: 'text:string language?:en|fr=en' }, 'language'],
])('asks for the value of add %s', async (kind, replies, added) => {
  expect((await runIn(root, ['add', kind], { replies: { ...replies, Apply: true } })).code).toBe(0);
  expect(manifestOf('alpha')).toContain(added);
});

it('a wrong or empty value is corrected in place', async () => {
  const { code, refusals } = await runIn(root, ['add', 'endpoint'], {
    replies: { Endpoint: ['', 'GTE /x', 'GET /x'], Apply: true },
  });
  expect(code).toBe(0);
  expect(refusals).toEqual(['is empty', expect.stringContaining('GET')]);
});

it('asks for the module if there are several', async () => {
  await succeedIn(root, ['new', 'beta', '--author', 'Ada', '--yes']);
  const replies = { Event: 'beta.archived', Module: 'beta', Apply: true };
  expect((await runIn(root, ['add', 'event'], { replies })).code).toBe(0);
  expect(manifestOf('beta')).toContain('beta.archived');
  expect(manifestOf('alpha')).not.toContain('archived');
});

it('writes nothing after Ctrl-C, and asks nothing without a terminal or with --yes', async () => {
  const before = manifestOf('alpha');
  expect((await runIn(root, ['add'], { replies: { 'What do you want': 'event', Event: cancel } })).code).toBe(130);
  for (const argv of [['add'], ['add', 'event'], ['add', '--json']]) {
    const { code, asked } = await runIn(root, argv);
    expect([code, asked]).toEqual([2, []]);
  }
  expect((await runIn(root, ['add', '--yes'], { replies: {} })).code).toBe(2);
  expect(manifestOf('alpha')).toBe(before);
  expect(existsSync(join(root, '.create-ai-module/journal'))).toBe(false);
});
