import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { editAsUser, newModule, replaceIn } from '../edited-module.ts';
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

describe('a line in .env.example for a setting', () => {
  const example = () => readFileSync(join(root, '.env.example'), 'utf8');
  const secret = (key: string) => `  ${key}: {type: string, secret: true}\n`;
  const shared = '  search_env: "SEARCH_URL"\n';
  const begun = 'configuration:\n';

  it('is removed with the setting, and renamed with it', async () => {
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

  it('stays if it was edited or if another module has the setting', async () => {
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

describe('a manifest entry that is removed after its code was edited', () => {
  const edit = '  service.log.debug({}, events.toString());\n';
  beforeEach(() => {
    const line = "  events.on('file.uploaded', (event) => service.startFromEvent(event));\n";
    replaceIn(path('events.ts'), line, edit + line);
    editManifest('  - "file.uploaded"\n', '');
  });

  it('is a conflict with this reason, and nothing is deleted', async () => {
    const before = snapshot(root);
    const { code, err } = await runIn(root, ['update', '--yes']);
    expect(code).toBe(1);
    expect(err).toMatch(/^conflict src\/ai\/modules\/notes\/events.ts:\d+ you edited code that the update removes/m);
    expect(err).toContain('  yours    you added 1 line: service.log.debug({}, events.toString());\n');
    expect(err).toContain('  theirs   file.uploaded was removed from events_subscribed in manifest.yaml\n');
    expect(err).toContain('`create-ai-module update notes --on-conflict markers`');
    expect(snapshot(root)).toEqual(before);
  });

  it('reports only the edit of the manifest that causes the conflict', async () => {
    editManifest('Keeps notes', 'Finds notes');
    editManifest('default: 5', 'default: 7');
    const { err } = await runIn(root, ['update', '--yes', '--on-conflict', 'markers']);
    expect(err.match(/^conflict /gm)).toHaveLength(1);
    expect(err).not.toMatch(/description|top_k/);
    expect(read('events.ts')).toContain(edit);
  });
});
