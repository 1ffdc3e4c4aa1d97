import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { tempFolder } from '../io/temp-folder.ts';
import { succeedIn } from './fake-io.ts';

const page = readFileSync(new URL('../../docs/packs.md', import.meta.url), 'utf8');
const [, tutorial = ''] = /^## Tutorial\n(.*?)^## /ms.exec(page) ?? [];

/** The code blocks of the tutorial, with the file that the line before a block names. */
const blocks = [...tutorial.matchAll(/^(?:`([^`\n]+)`:\n\n)?```(\w+)\n(.*?)^```$/gms)].map(
  ([, file, language = '', text = '']) => ({ file, language, text }),
);

it('the tutorial of docs/packs.md works as it is written', async () => {
  const root = tempFolder();
  let cwd = root;
  for (const { file, language, text } of blocks) {
    if (file !== undefined) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
      continue;
    }
    expect(language).toBe('sh');
    for (const line of text.trimEnd().split('\n')) {
      const [program = '', ...args] = line.split(' ');
      if (program === 'cd') cwd = join(cwd, args[0] ?? '');
      else {
        expect(program).toBe('create-ai-module');
        await succeedIn(cwd, [...args, ...(/init|new|update/.test(line) ? ['--yes'] : [])]);
      }
    }
  }
  const module = join(root, 'my-host/src/ai/modules/invoice_reader');
  expect(readFileSync(join(module, 'README.md'), 'utf8')).toContain('Ask the Acme team in #ai');
  expect(readFileSync(join(module, 'OWNERS.md'), 'utf8')).toBe(
    'Invoice reader belongs to the Acme team.\n\nPager: 555-0100.\n',
  );
  expect(existsSync(join(module, 'utils.ts'))).toBe(false);
  expect(blocks.length).toBeGreaterThan(6);
});
