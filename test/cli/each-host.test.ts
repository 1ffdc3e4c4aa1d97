import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';

let shared: string;
beforeAll(async () => {
  shared = await repository();
});

/** A repository with two hosts, of both stacks, and a module in each. */
async function repository(): Promise<string> {
  const root = tempFolder();
  for (const [dir, stack, module] of [
    ['apps/web', 'fastify', 'text_search'],
    ['services/ml', 'fastapi', 'summaries'],
  ] as const) {
    await succeedIn(root, ['host', 'init', dir, '--stack', stack, '--yes']);
    await succeedIn(join(root, dir), ['new', module, '--author', 'Ada', '--yes']);
  }
  mkdirSync(join(root, 'node_modules/other'), { recursive: true });
  writeFileSync(join(root, 'node_modules/other/ai-modules.yaml'), 'stack: fastify\n');
  return root;
}

it.each([
  ['list'],
  ['validate'],
  ['status'],
  ['diff'],
  ['update', '--yes'],
  ['undo', '--yes'],
  ['new', 'notes', '--yes'],
])('%s above hosts names them, and how to choose one', async (...argv) => {
  const { code, err } = await runIn(shared, argv);
  expect(code).toBe(2);
  expect(err).toContain('Hosts below it: apps/web, services/ml.');
  expect(err).toContain('Pass one with --host apps/web');
});

it('--all lists, checks and compares every host', async () => {
  const root = shared;
  const before = snapshot(root);
  const listed = await succeedIn(root, ['list', '--all']);
  expect(listed.out).toMatch(/^text_search .* clean$/m);
  expect(listed.out).toMatch(/^summaries .* clean$/m);
  expect(listed.out.indexOf('apps/web\n')).toBeLessThan(listed.out.indexOf('text_search'));
  const { hosts } = JSON.parse((await succeedIn(root, ['list', '--all', '--json'])).out);
  expect(hosts.map(({ host }: { host: string }) => host)).toEqual([join(root, 'apps/web'), join(root, 'services/ml')]);
  const checked = JSON.parse((await succeedIn(root, ['validate', '--all', '--json'])).out);
  expect(checked.files).toEqual([
    'apps/web/src/ai/modules/text_search/manifest.yaml',
    expect.stringMatching(/^services\/ml\/.*summaries\/manifest.yaml$/),
  ]);
  expect((await succeedIn(root, ['status', '--all'])).out).toContain('services/ml\n');
  expect((await succeedIn(root, ['diff', '--all'])).out).toBe('');
  expect(snapshot(root)).toEqual(before);
});

it('update --all updates every host, and goes on after one that cannot be updated', async () => {
  const root = await repository();
  const lost = join(root, 'apps/web/src/ai/modules/text_search/.ai-module');
  const { hosts } = JSON.parse((await succeedIn(root, ['update', '--all', '--json'])).out);
  expect(hosts).toHaveLength(2);
  rmSync(join(lost, 'lock.yaml'));
  const { code, err, out } = await runIn(root, ['update', '--all', '--yes']);
  expect(code).toBe(2);
  expect(err).toContain('lock.yaml');
  expect(out).toMatch(/services\/ml\n(.*\n)*.*up to date/);
  const both = JSON.parse((await runIn(root, ['update', '--all', '--json', '--yes'])).out);
  expect(both.hosts.map((one: object) => 'error' in one)).toEqual([true, false]);
});

it('--all in a host means that host; it refuses names, --host, and folders without a host', async () => {
  const root = shared;
  expect((await succeedIn(join(root, 'apps/web'), ['list', '--all'])).out).not.toContain('summaries');
  for (const argv of [
    ['status', 'text_search', '--all'],
    ['validate', 'text_search', '--all'],
    ['list', '--all', '--host', 'apps/web'],
  ])
    expect((await runIn(root, argv)).code).toBe(2);
  const { code, err } = await runIn(tempFolder(), ['list', '--all']);
  expect([code, err]).toEqual([2, expect.stringContaining('No host application was found')]);
});
