// What the commands of the README's tour print, from running them in a temporary folder.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fence } from './markdown.mjs';
import { source } from './source.mjs';

const hostInit = ['host', 'init', 'my-app', '--stack', 'fastify', '--yes'];
const newModule = ['text_insights', '--description', 'Tells what is in a text.', '--author', 'Ada Lovelace', '--yes'];

export const tourParts = {
  tour: async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tour-')));
    try {
      const host = await printed(folder, hostInit, ['out']);
      const module = await printed(join(folder, 'my-app'), newModule, ['out', 'err']);
      const lines = [shown(hostInit), host, '$ cd my-app && npm install\n', shown(newModule), module];
      return fence('console', lines.join('').replaceAll(folder, '/tmp'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

function shown(words) {
  const quoted = words.map((word) => (/\s/.test(word) ? `"${word}"` : word));
  return `$ npx create-ai-module ${quoted.join(' ')}\n`;
}

/** What a run writes to these of its two streams, in order. */
async function printed(cwd, argv, streams) {
  let text = '';
  const output = (name) => ({ isTty: false, write: (more) => (text += streams.includes(name) ? more : '') });
  const io = { cwd, env: {}, out: output('out'), err: output('err'), isInteractive: false };
  const code = await source.run(argv, io);
  if (code !== 0) throw new Error(`${shown(argv)} ends with ${code}\n${text}`);
  return text;
}
