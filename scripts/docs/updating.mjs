// The output of the commands in docs/updating.md, run in a temporary folder.
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fence } from './markdown.mjs';
import { source } from './source.mjs';

const newModule = [
  ...['new', 'notes', '--description', 'Keeps notes.', '--author', 'Ada', '--yes'],
  ...['--subscribe', 'file.uploaded', '--config', 'top_k=5'],
];

let story;

/** One story for all parts of the page: an edit that merges, one that conflicts, and the way out. */
function recorded() {
  story ??= record();
  return story;
}

export const updatingParts = {
  'update-merged': async () => fence('console', (await recorded()).merged),
  'update-diff': async () => fence('diff', (await recorded()).diff),
  'update-refused': async () => fence('console', (await recorded()).refused),
  'update-markers': async () => fence('ts', (await recorded()).markers),
};

async function record() {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'updating-')));
  try {
    const host = join(root, 'my-app');
    await command(root, ['host', 'init', 'my-app', '--stack', 'fastify', '--yes']);
    await command(host, newModule);
    const merged = await anEditThatMerges(host);
    const conflict = await anEditThatConflicts(host);
    const clean = (text) => text.replaceAll(root, '/tmp').replace(/^Host: .*\n/gm, '');
    return { merged: clean(merged.text), diff: merged.diff, refused: clean(conflict.text), markers: conflict.markers };
  } finally {
    rmSync(root, { recursive: true });
  }
}

async function anEditThatMerges(host) {
  const routes = join(host, 'src/ai/modules/notes/routes.ts');
  replace(routes, '/** The endpoints, below', '/** Notes and their jobs, below');
  const status = await command(host, ['status']);
  const add = await command(host, ['add', 'endpoint', 'POST /reindex', '--module', 'notes', '--yes']);
  const diff = readFileSync(routes, 'utf8');
  const lines = diff.split('\n');
  const own = lines.findIndex((line) => line.includes('Notes and their jobs'));
  const theirs = lines.findIndex((line) => line.includes("'POST /reindex'"));
  return {
    text: `$ npx create-ai-module status\n${status}$ npx create-ai-module add endpoint "POST /reindex" --module notes --yes\n${add}`,
    diff: `@@ your edit, kept @@\n ${lines[own]}\n@@ added by the update @@\n+${lines[theirs]}\n`,
  };
}

async function anEditThatConflicts(host) {
  const folder = join(host, 'src/ai/modules/notes');
  const call = 'service.startFromEvent(event)';
  replace(join(folder, 'events.ts'), call, 'service.startFromEvent(event, { text: String(event.data.name) })');
  replace(join(folder, 'manifest.yaml'), '  - "file.uploaded"\n', '');
  const refused = await command(host, ['update', '--yes'], 1);
  await command(host, ['update', '--yes', '--on-conflict', 'markers'], 1);
  const text = readFileSync(join(folder, 'events.ts'), 'utf8');
  return {
    text: `$ npx create-ai-module update --yes\n${refused}`,
    markers: `${text.slice(text.indexOf('<<<<<<< '), text.indexOf('>>>>>>> '))}${/>>>>>>> .*\n/.exec(text)?.[0]}`,
  };
}

function replace(file, from, to) {
  const text = readFileSync(file, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
  writeFileSync(file, text.replace(from, to));
}

/** The output of a command on both streams. */
async function command(cwd, argv, exit = 0) {
  let text = '';
  const output = { isTty: false, write: (more) => (text += more) };
  const code = await source.run(argv, { cwd, env: {}, out: output, err: output, isInteractive: false });
  if (code !== exit) throw new Error(`${argv.join(' ')} exited with ${code}\n${text}`);
  return text;
}
