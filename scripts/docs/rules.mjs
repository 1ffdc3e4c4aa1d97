// Every rule of validate: its description, its diagnostics for the bad fixture, and the diff to the good fixture.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { code, fence, table } from './markdown.mjs';
import { root, source } from './source.mjs';

const fixtures = fileURLToPath(new URL('test/fixtures/rules/', root));
const sorted = [...source.rules].sort((a, b) => (a.id < b.id ? -1 : 1));
/** A finding of these fixtures is like the next. */
const mostFindings = 2;

export const ruleParts = {
  'rule-table': () =>
    table(
      ['rule', 'severity', 'what is wrong'],
      sorted.map(({ id, severity, summary }) => [`[${code(id)}](#${id})`, severity, summary]),
    ),
  rules: async () => (await Promise.all(sorted.map(section))).join('\n\n'),
};

async function section({ id, severity, summary, why }) {
  const found = await findingsOf(id);
  const repair = found.some(({ fix }) => fix) ? ' `--fix` applies safe repairs.' : '';
  const shown = source.reportDiagnostics(
    found.slice(0, mostFindings),
    textsBelow(join(fixtures, id, 'bad')),
    source.plain,
  );
  const parts = [`### ${id}`, `**${severity}**: ${summary}. ${why}${repair}`, fence('text', shown)];
  const difference = differenceOf(id);
  return [...parts, ...(difference === '' ? [] : ['No diagnostic after this change:', fence('diff', difference)])].join(
    '\n\n',
  );
}

async function findingsOf(id) {
  const cwd = join(fixtures, id, 'bad');
  let printed = '';
  const output = { isTty: false, write: (text) => (printed += text) };
  const paths = existsSync(join(cwd, 'ai-modules.yaml')) ? [] : ['.'];
  await source.run(['validate', ...paths, '--json'], { cwd, env: {}, out: output, err: output, isInteractive: false });
  const found = JSON.parse(printed).diagnostics.filter(({ rule }) => rule === id);
  if (found.length === 0) throw new Error(`${cwd} has no finding of ${id}`);
  return found;
}

/** The diff from the bad fixture to the good one, without common lines. */
function differenceOf(id) {
  const [bad, ok] = ['bad', 'ok'].map((side) => textsBelow(join(fixtures, id, side)));
  return [...ok]
    .flatMap(([file, text]) => {
      const before = bad.get(file);
      if (before === undefined || before.includes('\ufffd')) return [];
      const lines = source.diffLines(before, text, 0).flatMap((hunk) => hunk.lines);
      const isVisible = lines.every((line) => !/[\r\ufeff]/.test(line));
      return lines.length > 0 && isVisible ? [`# ${file}`, ...shortened(lines)] : [];
    })
    .join('\n');
}

function shortened(lines) {
  return lines.length > 12 ? [...lines.slice(0, 4), '…', ...lines.slice(-4)] : lines;
}

function textsBelow(folder, below = '') {
  const names = readdirSync(join(folder, below)).sort();
  return new Map(
    names.flatMap((name) => {
      const path = join(below, name);
      if (name === 'expected.txt') return [];
      if (statSync(join(folder, path)).isDirectory()) return [...textsBelow(folder, path)];
      return [[path, readFileSync(join(folder, path), 'utf8')]];
    }),
  );
}
