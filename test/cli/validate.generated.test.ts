import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { bundledNames } from '../../src/io/pack/bundled-pack.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { newHost } from './hosts.ts';

const strict = ['validate', '--strict'];

it.each(bundledNames)('reports nothing for modules generated with %s', async (stack) => {
  const root = await newHost(stack);
  await succeedIn(root, ['new', 'document_search', '--yes']);
  const more = ['--endpoint', 'GET /pages/{page_id}', '--endpoint', 'POST /reindex', '--permission', 'ocr:export'];
  const events = ['--emit', 'ocr.page_read', '--subscribe', 'document_search.completed'];
  const settings = [
    '--config',
    'language=de',
    '--config',
    'dpi={type: integer, default: 300, minimum: 72}',
    '--config',
    'tags=[a, b]',
  ];
  const needs = ['--dependency', 'module:document_search', '--cpu', '500m', '--memory', '2Gi', '--provider', 'openai'];
  await succeedIn(root, ['new', 'ocr', ...more, ...events, ...settings, ...needs, '--yes']);
  expect(await runIn(root, strict)).toMatchObject({ code: 0, out: '2 manifests valid\n', err: '' });
});

it.each(bundledNames)('reports nothing for modules changed by add, with %s', async (stack) => {
  const root = await newHost(stack);
  await succeedIn(root, ['new', 'ocr', '--yes']);
  for (const [kind, value] of [
    ['event', 'ocr.page_read'],
    ['permission', 'ocr:export'],
    ['endpoint', 'GET /pages/{page_id}'],
    ['dependency', 'redis'],
    ['config', 'dpi=300'],
    ['config', 'tags=[a, "5"]'],
    ['config', 'sizes={type: array, items: {type: integer}, default: []}'],
  ] as const)
    await succeedIn(root, ['add', kind, value, '--module', 'ocr', '--yes']);
  expect(await runIn(root, strict)).toMatchObject({ code: 0, out: '1 manifest valid\n' });
});

it('reports nothing for the examples', async () => {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const modules = readdirSync(join(root, 'examples'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const { code, out } = await runIn(root, [...strict, 'examples']);
  expect([code, out]).toEqual([0, `${modules.length} manifests valid\n`]);
});
