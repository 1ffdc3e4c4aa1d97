import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../scripts/words.mjs', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'words-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** The output and exit code of the script for one file with this text. */
function check(name: string, text: string): { status: number | null; lines: string[] } {
  const file = join(scratch, name);
  writeFileSync(file, text);
  const { status, stdout } = spawnSync(process.execPath, [script, file], { encoding: 'utf8' });
  return { status, lines: stdout.replaceAll(`${file}:`, '').split('\n').filter(Boolean) };
}

const planted = [
  ['told', 'Nothing is told of it.'],
  ['stands', 'The file stands there.'],
  ['right', 'The order is right.'],
  ['right', 'It has the right order.'],
  ['Whoever', 'Whoever runs it.'],
  ['Who', 'Who runs it sees a plan.'],
  ['who has', 'Ask one who has it.'],
  ['anew', 'It is written anew.'],
  ['away', 'While Redis is away.'],
  ['gone', 'The lock is gone.'],
  ['whatever', 'It works whatever the entry point.'],
  ['door', 'One door of two.'],
  ['says so', 'The command says so.'],
  ['made host', 'A made host starts.'],
  ['asks the rules', 'It asks the rules.'],
  ['the very', 'It shows the very plan.'],
  ['Very same', 'Very\nsame plan.'],
  ['kept from', 'It is kept from writing.'],
  ['brings the code along', 'Update brings the code along.'],
  ['be had', 'No Redis can be had.'],
  ['lonely', 'A lonely input.'],
  ['pristine base', 'The pristine base is text.'],
  ['findings', 'It has findings.'],
] as const;

it('reports each planted word with its line and a suggestion', () => {
  const { status, lines } = check('page.md', planted.map(([, sentence]) => `${sentence}\n`).join('\n'));
  const reported = lines.map((line) => /^(\d+): "(.*)": write \S/.exec(line)?.slice(1));
  let line = 1;
  const expected = planted.map(([word, sentence]) => {
    const at = String(line);
    line += sentence.split('\n').length + 1;
    return [at, word];
  });
  expect(reported).toEqual(expected);
  expect(status).toBe(1);
});

const clean = [
  'The right-hand side of the table, on the right, from left to right, right after it.',
  'A user understands it. `<name>` stands for a name. Standalone, standard, outstanding.',
  'All rights reserved; copyright. The segmentation fault is a default of the toolbox.',
  'It keeps files from a folder, and is kept in sync. Finding files takes time.',
  'Use `right`, `.ai-module/pristine.base` and [this](right-away.md).',
  '```ts\nconst told = "right";\n```',
];

it('accepts the usual senses of these words, code and addresses', () => {
  expect(check('page.md', clean.join('\n\n'))).toEqual({ status: 0, lines: [] });
});

it('reads printed output in Markdown, and sentences in string and template literals of TypeScript', () => {
  expect(check('page.md', '```text\nwritten anew\n```\n').lines).toHaveLength(1);
  const code = [
    '// A comment is written anew.',
    "import { right } from 'told/anew';",
    "const away = 'gone';",
    "export const text = 'it is written anew';",
    'export const other = `of $' + '{away}\n  nothing is told`;',
  ];
  expect(check('code.ts', code.join('\n'))).toMatchObject({
    status: 1,
    lines: [expect.stringMatching(/^4: "anew"/), expect.stringMatching(/^6: "told"/)],
  });
});

it('finds nothing in the files that it checks', () => {
  const { status, stdout } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  expect(stdout).toBe('');
  expect(status).toBe(0);
});
