// Every rule of validate: its description, its diagnostics for the bad fixture, and the diff to the good fixture.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
  const parts = [`### ${id}`, `**${severity}**: ${summary}. ${why}${repair}`, ...changeOf(id), fence('text', shown)];
  const difference = differenceOf(id, 'bad', 'ok');
  return [...parts, ...(difference === '' ? [] : ['No diagnostic after this change:', fence('diff', difference)])].join(
    '\n\n',
  );
}

async function findingsOf(id) {
  const [before, bad] = [join(fixtures, id, 'before'), join(fixtures, id, 'bad')];
  const isCompared = existsSync(before);
  const cwd = isCompared ? repositoryBetween(before, bad) : bad;
  let printed = '';
  const output = { isTty: false, write: (text) => (printed += text) };
  const paths = existsSync(join(cwd, 'ai-modules.yaml')) ? [] : ['.'];
  const ref = isCompared ? ['--against', 'HEAD'] : [];
  const io = { cwd, env: {}, out: output, err: output, isInteractive: false };
  await source.run(['validate', ...paths, ...ref, '--json'], io);
  if (isCompared) rmSync(cwd, { recursive: true });
  const found = JSON.parse(printed).diagnostics.filter(({ rule }) => rule === id);
  if (found.length === 0) throw new Error(`${cwd} has no finding of ${id}`);
  return found;
}

/** A repository with the files of one folder committed, and those of another one in the working tree. */
function repositoryBetween(before, after) {
  const root = mkdtempSync(join(tmpdir(), 'create-ai-module-docs-'));
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
  const git = (...args) =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], {
      cwd: root,
      env: { ...env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
    });
  cpSync(before, root, { recursive: true });
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '-m', 'Before');
  for (const name of readdirSync(root)) if (name !== '.git') rmSync(join(root, name), { recursive: true });
  cpSync(after, root, { recursive: true });
  return root;
}

/** What changed since the git ref, for a rule that compares. */
function changeOf(id) {
  if (!existsSync(join(fixtures, id, 'before'))) return [];
  const difference = differenceOf(id, 'before', 'bad');
  return difference === '' ? [] : ['After this change:', fence('diff', difference)];
}

/** The diff from one folder of a fixture to another one, without common lines. */
function differenceOf(id, from, to) {
  const [before, after] = [from, to].map((side) => textsBelow(join(fixtures, id, side)));
  return [...after]
    .flatMap(([file, text]) => {
      const old = before.get(file);
      if (old === undefined || old.includes('\ufffd')) return [];
      const lines = source.diffLines(old, text, 0).flatMap((hunk) => hunk.lines);
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
