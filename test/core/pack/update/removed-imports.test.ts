import { expect, it } from 'vitest';
import { removedImports } from '../../../../src/core/pack/update/removed-imports.ts';

const replaced = {
  '#platform/': 'Import it from the package',
  'src/platform/': 'It is in the package',
  'app/core/': 'Use the package',
  'app/core/db.py': 'Use the session',
  'conftest.py': 'Use the fixtures',
};

/** What is reported about a file beside other files. */
function reported(path: string, text: string, others: Readonly<Record<string, string>> = {}): string[] {
  const all: Readonly<Record<string, string>> = { ...others, [path]: text };
  return removedImports(path, { paths: new Set(Object.keys(all)), read: (one) => all[one] }, replaced);
}

const of = (path: string, what: string, sentence: string) =>
  `${path} imports ${what}, which the host no longer has. ${sentence}.`;

it.each([
  ["import { a } from '../src/platform/a.ts';", of('scripts/a.ts:1', '../src/platform/a.ts', 'It is in the package')],
  ["\nimport {\n  a,\n} from '../src/platform/a';", of('scripts/a.ts:4', '../src/platform/a', 'It is in the package')],
  ["import '../src/platform/a.js';", of('scripts/a.ts:1', '../src/platform/a.js', 'It is in the package')],
  [
    'const a = await import("../src/platform/a.ts");',
    of('scripts/a.ts:1', '../src/platform/a.ts', 'It is in the package'),
  ],
  ["const a = require('./../src/platform/a');", of('scripts/a.ts:1', './../src/platform/a', 'It is in the package')],
  ["export * from '#platform/a.ts';", of('scripts/a.ts:1', '#platform/a.ts', 'Import it from the package')],
])('reports %j in a script', (text, message) => expect(reported('scripts/a.ts', text)).toEqual([message]));

it.each([
  ['from app.core.a import b', of('app/own.py:1', 'app.core.a', 'Use the package')],
  ['if x:\n    import app.core.a', of('app/own.py:2', 'app.core.a', 'Use the package')],
  ['from .core.a import b', of('app/own.py:1', '.core.a', 'Use the package')],
  ['\nfrom app.core import (\n  db,  # the database\n  kept,\n)', of('app/own.py:2', 'app.core.db', 'Use the session')],
  ['from app.core.kept import Event, Old as New', of('app/own.py:1', 'app.core.kept.Old', 'Use the package')],
  ['from app.core.db import session', of('app/own.py:1', 'app.core.db', 'Use the session')],
  ['from conftest import x', of('app/own.py:1', 'conftest', 'Use the fixtures')],
])('reports %j in Python', (text, message) =>
  expect(reported('app/own.py', text, { 'app/core/kept.py': 'class Event: ...' })).toEqual([message]),
);

it('reports the lines of one replacement together', () => {
  const text = "import a from './platform/a.ts';\nimport '#platform/b.ts';\nimport c from './platform/c.ts';";
  expect(reported('src/own.ts', text)).toEqual([
    of('src/own.ts:1,3', './platform/a.ts, ./platform/c.ts', 'It is in the package'),
    of('src/own.ts:2', '#platform/b.ts', 'Import it from the package'),
  ]);
});

it('accepts imports of files that exist, and of everything that was never generated', () => {
  const kept = { 'src/platform/mine.ts': '', 'app/core/kept.py': 'class Event: ...' };
  const script = "import './platform/mine.ts'; import x from 'platform'; import './other.ts'; // from '#own/a.ts'";
  expect(reported('src/a.ts', script, kept)).toEqual([]);
  expect(reported('app/own.py', 'import app.core\nfrom app.core.kept import Event\nimport re, sys', kept)).toEqual([]);
  expect(reported('README.md', "from '#platform/a.ts'", kept)).toEqual([]);
});
