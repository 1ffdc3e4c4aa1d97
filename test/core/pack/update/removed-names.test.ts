import { expect, it } from 'vitest';
import { removedNames } from '../../../../src/core/pack/update/removed-names.ts';
import type { RelPath } from '../../../../src/core/tree/rel-path.ts';
import { type Tree, textFile } from '../../../../src/core/tree/tree.ts';

const treeOf = (files: Readonly<Record<string, string>>): Tree =>
  new Map(Object.entries(files).map(([path, text]) => [path as RelPath, textFile(text)]));

const before = {
  'guards.ts': 'export const can = { read: 1 };\nexport const kept = 1;\nexport type Old = string;\nconst inner = 1;\n',
  'events.py':
    'LIFECYCLE = Events(\n    started="a",\n)\n\n\nasync def publish(data: int) -> None: ...\n\n\nclass Kept: ...\n',
};
const after = {
  // Comments and texts declare nothing.
  'guards.ts': "/** As fast as it can. */\nexport const kept = 'can Old inner';\n",
  'events.py': '"""LIFECYCLE and publish."""\n\nfrom x import (\n    Kept,\n)\n',
};
const replaced = { 'guards.ts#can': 'Use requirePermission' };

function reported(path: string, text: string): string[] {
  return removedNames(treeOf({ ...before, [path]: text }), treeOf({ ...after, [path]: text }), 'm', replaced);
}

it.each([
  ['mine.ts', "import { can, kept } from './guards.ts';", 'can', ' Use requirePermission.'],
  ['mine.ts', "import {\n  kept,\n  can as may,\n} from './guards';", 'can', ' Use requirePermission.'],
  ['jobs/mine.ts', "import { type Old } from '../guards.ts';", 'Old', ''],
  ['mine.ts', "export type { Old } from './guards.js';", 'Old', ''],
  ['mine.ts', "import * as guards from './guards.ts';\nguards.can.read();", 'can', ' Use requirePermission.'],
])('reports what %s imports: %j', (path, text, name, end) =>
  expect(reported(path, text)).toEqual([`m/${path} imports ${name} from guards.ts, which no longer has it.${end}`]),
);

it.each([
  ['mine.py', 'from .events import LIFECYCLE, Kept', 'LIFECYCLE'],
  ['mine.py', 'from m.events import publish', 'publish'],
  ['jobs/mine.py', 'from ..events import (\n    Kept,\n    publish,\n)', 'publish'],
])('reports what %s imports: %j', (path, text, name) =>
  expect(reported(path, text)).toEqual([`m/${path} imports ${name} from events.py, which no longer has it.`]),
);

it.each([
  ['mine.ts', "import { kept, inner, never } from './guards.ts';"],
  ['mine.ts', "import { can } from './other.ts';\nimport { can as may } from 'guards';"],
  ['mine.py', 'from .events import Kept\nfrom events import publish'],
  ['README.md', "import { can } from './guards.ts';"],
])('accepts other imports of %s: %j', (path, text) => expect(reported(path, text)).toEqual([]));
