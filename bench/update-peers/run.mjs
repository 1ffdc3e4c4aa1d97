// npm run bench:update-peers: updates the same template with the same user edits by this tool, copier and cruft. Prints a
// table for docs/updating.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cases } from './cases.mjs';
import { pythonPrograms, versions } from './python.mjs';
import { copier, createAiModule, cruft } from './tools.mjs';
import { verdictOf, wordsOf } from './verdict.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const python = pythonPrograms(join(root, '.cache/bench-python'));
const tools = [createAiModule(join(root, 'dist/create-ai-module.cjs')), copier(python), cruft(python)];

const rows = cases.map((test) => ({ test, verdicts: tools.map((tool) => play(tool, test)) }));
console.log(`${cases.length} cases; ${versions.join(', ').replaceAll('==', ' ')}\n`);
console.log(`| case | ${tools.map(({ name }) => name).join(' | ')} |\n|---|${'---|'.repeat(tools.length)}`);
for (const { test, verdicts } of rows) console.log(`| ${test.name} | ${verdicts.map(wordsOf).join(' | ')} |`);
for (const [title, count] of Object.entries({
  'user lines or files lost': ({ lost }) => lost,
  'pack changes lost silently': ({ notApplied }) => Number(notApplied),
  'missed conflicts': ({ missed }) => Number(missed),
  'stopped unnecessarily': ({ falseConflict }) => Number(falseConflict),
  'exit 0 with a conflict left': ({ exitZero }) => Number(exitZero),
}))
  console.log(`| **${title}** | ${tools.map((_, tool) => total(rows, tool, count)).join(' | ')} |`);

function total(all, tool, count) {
  return all.reduce((sum, { verdicts }) => sum + count(verdicts[tool]), 0);
}

function play(tool, test) {
  const scratch = mkdtempSync(join(tmpdir(), 'update-peers-'));
  try {
    const { folder, changeAnswer, save, update } = tool.set(scratch, test);
    test.act(folder, changeAnswer);
    if (!test.isUncommitted) save();
    return verdictOf(folder, test, update());
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
