import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { manifestPath } from '../../../../src/core/lock/merge-base.ts';
import { manifestFromAnswers } from '../../../../src/core/manifest/answers.ts';
import { readManifest } from '../../../../src/core/manifest/parse.ts';
import type { Manifest } from '../../../../src/core/manifest/schema.ts';
import { ownedAndChanged } from '../../../../src/core/merge/trees.ts';
import { contextOf } from '../../../../src/core/pack/context/context.ts';
import type { Pack } from '../../../../src/core/pack/pack.ts';
import { renderModule } from '../../../../src/core/pack/render-module.ts';
import { updateModule } from '../../../../src/core/pack/update/update-module.ts';
import type { RelPath } from '../../../../src/core/tree/rel-path.ts';
import { type Tree, textFile } from '../../../../src/core/tree/tree.ts';
import { readPackFolder } from '../../../../src/io/pack/pack-folder.ts';
import { draws, eachSeed } from '../../../draws.ts';
import { editedFiles, editedText, replacedIn, type Stack, userTextIn } from '../../../edited-module.ts';
import { randomManifest } from '../random-manifest.ts';

const answers = {
  name: 'notes',
  description: 'Keeps notes',
  endpoints: ['POST /reindex'],
  emit: ['notes.indexed'],
  subscribe: ['file.uploaded'],
  permissions: ['notes:export'],
  config: { top_k: { type: 'integer', default: 5, minimum: 1 }, lang: 'fr' },
} as const;

const added = (line: string, more: string) => [line, `${line}\n  - "${more}"`] as const;
const renamed = (from: string, to: string) => [`- "${from}"`, `- "${to}"`] as const;
const removed = (entry: string) => [`  - "${entry}"\n`, ''] as const;
const topK = '  top_k:\n    type: "integer"\n    default: 5\n    minimum: 1\n';

/** New text by file. */
type News = Readonly<Record<string, string>>;
interface Kind {
  readonly edit: readonly [from: string, to: string];
  readonly fastify: News;
  readonly fastapi: News;
  /** Text that is removed from the whole module. */
  readonly gone?: { readonly [stack in Stack]?: string };
}
const everywhere = (gone: string) => ({ fastify: gone, fastapi: gone });

const kinds: Readonly<Record<string, Kind>> = {
  'adding an event': {
    edit: added('  - "notes.indexed"', 'notes.zipped'),
    fastify: { 'events.ts': 'const zipped', 'README.md': '`notes.zipped`' },
    fastapi: { 'events.py': 'zipped = OwnEvent(', 'README.md': '`notes.zipped`' },
  },
  'renaming an event': {
    edit: renamed('notes.indexed', 'notes.sorted'),
    fastify: { 'events.ts': 'const notesSorted', 'tests/events.test.ts': 'events.notesSorted' },
    fastapi: { 'events.py': 'notes_sorted = OwnEvent(', 'tests/test_events.py': 'events.notes_sorted.publish' },
    gone: everywhere('ndexed'),
  },
  'removing an event': {
    edit: removed('notes.indexed'),
    fastify: { 'README.md': 'notes.cancelled' },
    fastapi: { 'README.md': 'notes.cancelled' },
    gone: everywhere('ndexed'),
  },
  'adding a subscription': {
    edit: added('  - "file.uploaded"', 'a.done'),
    fastify: { 'events.ts': "events.on('a.done'" },
    fastapi: { 'events.py': 'events.on("a.done")', 'tests/test_events.py': '"a.done"' },
  },
  'renaming a subscription': {
    edit: renamed('file.uploaded', 'a.done'),
    fastify: { 'events.ts': "events.on('a.done'" },
    fastapi: { 'events.py': 'events.on("a.done")' },
    gone: everywhere('file.uploaded'),
  },
  'removing a subscription': {
    edit: removed('file.uploaded'),
    fastify: { 'README.md': 'user.deleted' },
    fastapi: { 'README.md': 'user.deleted' },
    gone: everywhere('file.uploaded'),
  },
  'adding an endpoint': {
    edit: added('  - "POST /reindex"', 'GET /docs/{doc_id}'),
    fastify: {
      'routes.ts': "endpoint(service, 'GET /docs/{doc_id}')",
      'README.md': 'GET /docs/{doc_id}',
    },
    fastapi: {
      'routes.py': 'endpoint(service, "GET /docs/{doc_id}")',
      'tests/test_routes.py': '/docs/',
      'README.md': 'GET /docs/{doc_id}',
    },
  },
  'renaming an endpoint': {
    edit: renamed('POST /reindex', 'POST /redo'),
    fastify: { 'routes.ts': "endpoint(service, 'POST /redo')" },
    fastapi: { 'routes.py': 'endpoint(service, "POST /redo")', 'tests/test_routes.py': '/redo' },
    gone: everywhere('/reindex'),
  },
  'removing an endpoint': {
    edit: removed('POST /reindex'),
    fastify: { 'routes.ts': 'jobRoutes(service)' },
    fastapi: { 'routes.py': 'job_routes(service)' },
    gone: everywhere('reindex'),
  },
  // Modules read further permissions from the manifest.
  'adding a permission': {
    edit: added('  - "notes:export"', 'notes:zip'),
    fastify: {},
    fastapi: {},
  },
  'renaming a permission': {
    edit: renamed('notes:export', 'notes:zip'),
    fastify: {},
    fastapi: {},
    gone: everywhere('notes:export'),
  },
  'removing a permission': {
    edit: removed('notes:export'),
    fastify: { 'README.md': 'notes:admin' },
    fastapi: { 'README.md': 'notes:admin' },
    gone: everywhere('notes:export'),
  },
  'adding a setting': {
    edit: [topK, `${topK}  size: 3\n`],
    fastify: { 'config.ts': 'size: z', 'README.md': 'NOTES_SIZE' },
    fastapi: { 'config.py': 'size: int', 'README.md': 'NOTES_SIZE' },
  },
  'renaming a setting': {
    edit: ['  top_k:', '  best:'],
    fastify: { 'config.ts': 'best: z', 'README.md': 'NOTES_BEST' },
    fastapi: { 'config.py': 'best: int', 'README.md': 'NOTES_BEST' },
    gone: everywhere('top_k'),
  },
  'removing a setting': {
    edit: [topK, ''],
    fastify: { 'config.ts': 'lang: z' },
    fastapi: { 'config.py': 'lang: str' },
    gone: everywhere('top_k'),
  },
  'another default': {
    edit: ['default: 5', 'default: 7'],
    fastify: { 'README.md': '| 7 |' },
    fastapi: { 'README.md': '| 7 |' },
    gone: everywhere('| 5 |'),
  },
  'a standard default': {
    edit: ['_seconds: 300', '_seconds: 9'],
    fastify: { 'README.md': '| 9 |' },
    fastapi: { 'README.md': '| 9 |' },
    gone: everywhere('| 300 |'),
  },
  'the description': {
    edit: ['Keeps notes', 'Finds notes'],
    fastify: { 'index.ts': 'Finds', 'README.md': 'Finds' },
    fastapi: { 'README.md': 'Finds' },
    gone: everywhere('Keeps notes'),
  },
  'the version': {
    edit: ['version: "1.0.0"', 'version: "1.1.0"'],
    fastify: { 'README.md': 'Version 1.1.0' },
    fastapi: { 'README.md': 'Version 1.1.0' },
    gone: everywhere('Version 1.0.0'),
  },
};

describe.each<Stack>(['fastify', 'fastapi'])('an edit of the manifest updates the code of %s', (stack) => {
  let pack: Pack;
  let folder: Tree;
  const context = (manifest: Manifest) => contextOf(manifest, pack.meta, pack.meta.host.imports);
  const textIn = (tree: Tree, path: string) => String(tree.get(path as RelPath)?.content);

  beforeAll(async () => {
    pack = await readPackFolder(fileURLToPath(new URL(`../../../../templates/${stack}`, import.meta.url)), stack);
    const rendered = await renderModule(
      pack,
      context(manifestFromAnswers(answers, { author: 'Ann', dependencies: [] })),
    );
    const edited = editedFiles(stack).map(
      (file) => [file as RelPath, textFile(editedText(stack, file, textIn(rendered, file)))] as const,
    );
    folder = new Map([...rendered, ...edited]);
  });

  async function afterEdit(files: Tree, edit: Kind['edit']) {
    const manifest = replacedIn(textIn(files, manifestPath), ...edit);
    const now = context((await readManifest(manifest)).manifest as Manifest);
    const update = (tree: Tree) => updateModule(pack, now, tree, 'notes', { conflicts: 'markers', restore: new Set() });
    return { ...(await update(new Map([...files, [manifestPath, textFile(manifest)]]))), update };
  }

  it.each(Object.entries(kinds))('%s keeps the edits of the user', async (_, { edit, gone, ...news }) => {
    const { tree, conflicts, ...next } = await afterEdit(folder, edit);
    expect(conflicts).toEqual([]);
    for (const [file, text] of Object.entries(news[stack])) expect(textIn(tree, file)).toContain(text);
    const wanted = gone?.[stack];
    for (const path of tree.keys())
      if (wanted !== undefined && !path.startsWith('.ai-module')) expect(textIn(tree, path)).not.toContain(wanted);
    for (const file of editedFiles(stack)) expect(textIn(tree, file)).toContain(userTextIn(file));
    expect((await next.update(tree)).tree).toEqual(tree);
  });

  it('reports a conflict if the user edited code that is removed', async () => {
    const [path, line] = {
      fastify: ['events.ts' as RelPath, "  events.on('file.uploaded'"],
      fastapi: ['events.py' as RelPath, '    events.on("file.uploaded")'],
    }[stack] as [RelPath, string];
    const own = `${/^ */.exec(line)?.[0]}mine();`;
    const edited = textFile(replacedIn(textIn(folder, path), line, `${own}\n${line}`));
    const { tree, conflicts } = await afterEdit(new Map([...folder, [path, edited]]), removed('file.uploaded'));
    expect(conflicts).toMatchObject([
      {
        path,
        reason: 'you edited code that the update removes',
        places: [
          {
            yours: 'you added 1 line: mine();',
            theirs: 'file.uploaded was removed from events_subscribed in manifest.yaml',
          },
        ],
      },
    ]);
    expect(textIn(tree, path)).toContain(own);
  });
});

describe.each<Stack>(['fastify', 'fastapi'])('files of %s that belong to the user', (stack) => {
  let pack: Pack;
  const context = (manifest: Manifest) => contextOf(manifest, pack.meta, pack.meta.host.imports);
  const given = { name: 'notes', description: 'Keeps notes' };
  const input = { type: 'object', properties: { text: { type: 'string' } } };
  const manifestOf = (one: Parameters<typeof manifestFromAnswers>[0]) =>
    manifestFromAnswers(one, { author: 'Ann', dependencies: [] });

  beforeAll(async () => {
    pack = await readPackFolder(fileURLToPath(new URL(`../../../../templates/${stack}`, import.meta.url)), stack);
  });

  async function updated(before: Manifest, now: Manifest, edits: Readonly<Record<string, string>> = {}) {
    const rendered = await renderModule(pack, context(before));
    const edited = Object.entries(edits).map(([path, text]) => [path as RelPath, textFile(text)] as const);
    const manifest = (await renderModule(pack, context(now))).get(manifestPath);
    const folder = new Map([...rendered, ...edited, [manifestPath, manifest] as never]);
    return updateModule(pack, context(now), folder, 'notes', { conflicts: 'markers', restore: new Set() });
  }

  it('become those of a new module if nobody edited them', async () => {
    await eachSeed(draws.codeChecks, async (seed) => {
      // One of the two has types.
      const [before, now] = [randomManifest(seed), { ...randomManifest(seed + 1), name: randomManifest(seed).name }];
      expect((await updated(before, now)).tree).toEqual(await renderModule(pack, context(now)));
    });
  });

  it('stay as they are if one of them is edited, and are reported', async () => {
    const [provider, utils, test] = {
      fastify: ['provider.ts', 'utils.ts', 'tests/provider.test.ts'],
      fastapi: ['provider.py', 'utils.py', 'tests/test_provider.py'],
    }[stack] as [RelPath, RelPath, RelPath];
    const { tree, decisions, conflicts } = await updated(
      manifestOf(given),
      { ...manifestOf(given), input },
      { [provider]: 'mine' },
    );
    expect(conflicts).toEqual([]);
    const before = await renderModule(pack, context(manifestOf(given)));
    expect([provider, utils, test].map((path) => tree.get(path))).toEqual([
      textFile('mine'),
      before.get(utils),
      before.get(test),
    ]);
    const reported = decisions.filter(({ reason }) => reason === ownedAndChanged).map(({ path }) => path);
    expect(reported).toEqual([provider, test, utils]);
  });

  it('stay as they are without a reason to report if the new version is the same', async () => {
    const { tree, decisions } = await updated(manifestOf(given), manifestOf({ ...given, subscribe: ['a.done'] }), {
      'prompt.md': 'mine',
    });
    expect(tree.get('prompt.md' as RelPath)).toEqual(textFile('mine'));
    expect(decisions.filter(({ reason }) => reason === ownedAndChanged)).toEqual([]);
  });
});
