import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { editAsUser, editedFiles, newModule, replaceIn } from '../edited-module.ts';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';

let root: string;
const path = (file: string) => join(root, 'src/ai/modules/notes', file);
const read = (file: string) => readFileSync(path(file), 'utf8');

const editManifest = (from: string, to: string) => replaceIn(path('manifest.yaml'), from, to);

beforeEach(async () => {
  root = join(tempFolder(), 'host');
  await succeedIn(tempFolder(), ['host', 'init', root, '--stack', 'fastify', '--yes']);
  await succeedIn(root, newModule);
  editAsUser('fastify', path(''));
});

const topK = '  top_k:\n    type: "integer"\n    default: 5\n    minimum: 1\n';

describe('an edit of the manifest comes into the code, and what the user wrote there stays', () => {
  const added = (line: string, more: string) => [line, `${line}\n  - "${more}"`] as const;
  const renamed = (from: string, to: string) => [`- "${from}"`, `- "${to}"`] as const;
  const removed = (entry: string) => [`  - "${entry}"\n`, ''] as const;

  it.each<[what: string, edit: readonly [string, string], news: Readonly<Record<string, string>>, gone: string]>([
    ['an event more', added('  - "notes.indexed"', 'notes.zipped'), { 'events.ts': 'publishZipped' }, '-'],
    ['an event renamed', renamed('notes.indexed', 'notes.sorted'), { 'events.ts': 'publishSorted' }, 'publishIndexed'],
    ['an event less', removed('notes.indexed'), { 'events.ts': "'notes.cancelled'" }, 'publishIndexed'],
    ['a subscription more', added('  - "file.uploaded"', 'a.done'), { 'events.ts': 'onADone(event' }, '-'],
    ['a subscription renamed', renamed('file.uploaded', 'a.done'), { 'events.ts': 'onADone(event' }, 'onFileUploaded'],
    ['a subscription less', removed('file.uploaded'), { 'README.md': 'user.deleted' }, 'onFileUploaded'],
    [
      'an endpoint more',
      added('  - "POST /reindex"', 'GET /docs/{doc_id}'),
      { 'routes.ts': "url: '/docs/:doc_id'", 'schemas.ts': 'GetDocsByDocIdParams', 'README.md': 'GET /docs/{doc_id}' },
      '-',
    ],
    ['an endpoint renamed', renamed('POST /reindex', 'POST /redo'), { 'routes.ts': "url: '/redo'" }, '/reindex'],
    ['an endpoint less', removed('POST /reindex'), { 'routes.ts': "url: '/process'" }, '/reindex'],
    ['a permission more', added('  - "notes:export"', 'notes:zip'), { 'dependencies.ts': "'notes:zip'" }, '-'],
    [
      'a permission renamed',
      renamed('notes:export', 'notes:zip'),
      { 'dependencies.ts': "'notes:zip'" },
      'notes:export',
    ],
    ['a permission less', removed('notes:export'), { 'dependencies.ts': "'notes:admin'" }, 'notes:export'],
    ['a setting more', [topK, `${topK}  size: 3\n`], { 'config.ts': 'size: z', 'README.md': 'NOTES_SIZE' }, '-'],
    ['a setting renamed', ['  top_k:', '  best:'], { 'config.ts': 'best: z', 'README.md': 'NOTES_BEST' }, 'top_k'],
    ['a setting less', [topK, ''], { 'config.ts': 'lang: z' }, 'top_k'],
    ['another default', ['default: 5', 'default: 7'], { 'config.ts': 'default(7)', 'README.md': '7' }, 'default(5)'],
    ['a standard default', ['_seconds: 300', '_seconds: 9'], { 'config.ts': 'default(9)' }, 'default(300)'],
    ['the description', ['Keeps notes', 'Finds notes'], { 'index.ts': 'Finds', 'README.md': 'Finds' }, 'Keeps notes'],
    ['the version', ['version: "1.0.0"', 'version: "1.1.0"'], { 'README.md': 'Version 1.1.0' }, 'Version 1.0.0'],
  ])('%s', async (_, [from, to], news, gone) => {
    editManifest(from, to);
    await succeedIn(root, ['update', '--yes']);
    for (const [file, text] of Object.entries(news)) expect(read(file)).toContain(text);
    const files = snapshot(path(''));
    for (const [file, text] of Object.entries(files))
      if (gone !== '-' && !file.startsWith('.ai-module')) expect(`${file} ${text}`).not.toContain(gone);
    for (const file of editedFiles('fastify')) expect(read(file)).toContain('Mine, all mine');
    expect((await succeedIn(root, ['update'])).out).toBe('1 module: everything is up to date.\n');
  });
});

describe('a line in .env.example that a setting brought', () => {
  const example = () => readFileSync(join(root, '.env.example'), 'utf8');
  const secret = (key: string) => `  ${key}: {type: string, secret: true}\n`;
  const shared = '  search_env: "SEARCH_URL"\n';
  const begun = 'configuration:\n';

  it('goes with it, and follows where it is renamed', async () => {
    const before = example();
    editManifest(begun, begun + secret('api_key'));
    await succeedIn(root, ['update', '--yes']);
    expect(example()).toContain('# NOTES_API_KEY=\n');
    editManifest('  api_key:', '  token:');
    await succeedIn(root, ['update', '--yes']);
    expect(example()).toContain('# NOTES_TOKEN=\n');
    expect(example()).not.toContain('API_KEY');
    editManifest(secret('token'), '');
    await succeedIn(root, ['update', '--yes']);
    expect(example()).toBe(before);
  });

  it('stays where it was changed, or another module has such a setting', async () => {
    editManifest(begun, begun + secret('api_key') + shared);
    await succeedIn(root, [...newModule.map((one) => (one === 'notes' ? 'diary' : one.replace('notes', 'diary')))]);
    replaceIn(path('../diary/manifest.yaml'), begun, begun + shared);
    await succeedIn(root, ['update', '--yes']);
    replaceIn(join(root, '.env.example'), '# NOTES_API_KEY=', '# NOTES_API_KEY=of-staging');
    editManifest(secret('api_key') + shared, '');
    await succeedIn(root, ['update', 'notes', '--yes']);
    for (const line of ['# NOTES_API_KEY=of-staging\n', '# SEARCH_URL=\n']) expect(example()).toContain(line);
    replaceIn(path('../diary/manifest.yaml'), shared, '');
    await succeedIn(root, ['update', '--yes']);
    expect(example()).not.toContain('SEARCH_URL');
  });
});

describe('what goes from the manifest while its code was edited', () => {
  const edit = '  service.log.debug({}, event.name);\n';
  beforeEach(() => {
    const line = '  await service.startFromEvent(event);\n';
    replaceIn(path('events.ts'), line, edit + line);
    editManifest('  - "file.uploaded"\n', '');
  });

  it('is a conflict that says so, and nothing is deleted', async () => {
    const before = snapshot(root);
    const { code, err } = await runIn(root, ['update', '--yes']);
    expect(code).toBe(1);
    expect(err).toMatch(/^conflict src\/ai\/modules\/notes\/events.ts:\d+ you edited code of something that is to go/m);
    expect(err).toContain('  yours    you added 1 line: service.log.debug({}, event.name);\n');
    expect(err).toContain('  theirs   manifest.yaml no longer has file.uploaded in events_subscribed\n');
    expect(err).toContain('`create-ai-module update notes --on-conflict markers`');
    expect(snapshot(root)).toEqual(before);
  });

  it('names one place and one reason of several edits', async () => {
    editManifest('Keeps notes', 'Finds notes');
    editManifest('default: 5', 'default: 7');
    const { err } = await runIn(root, ['update', '--yes', '--on-conflict', 'markers']);
    expect(err.match(/^conflict /gm)).toHaveLength(1);
    expect(err).not.toMatch(/description|top_k/);
    expect(read('events.ts')).toContain(edit);
  });
});
