// One template in two versions, and the user's edits in between. A case lists the user's lines that must be kept, the
// lines of the new version that must arrive, and whether there is a conflict.
import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const lines = Array.from({ length: 14 }, (_, index) => `step_${index + 1} = ${index + 1}`);
const text = lines.map((line) => `${line}\n`).join('');
const newer = text.replace('step_12 = 12', 'step_12 = "newer"');
const oneLineNewer = { before: { 'steps.py': text }, after: { 'steps.py': newer } };
const picture = Buffer.from([0, 1, 2, 3, 255, 254, 0, 10, 13, 10, 200]);
const ownPicture = Buffer.from([0, 9, 9, 9, 255, 254, 0, 10, 13, 10, 7]);
const imports = 'import zlib\nimport os\nimport abc\n\n\n';

const put = (path, content) => (folder) => writeFileSync(join(folder, path), content);
const edit = (path, from, to) => (folder) => {
  const file = join(folder, path);
  writeFileSync(file, readFileSync(file, 'latin1').replace(from, to), 'latin1');
};

/** before, after: path → content of each version; act: the user's edit; kept, arrived: lines expected afterwards. */
export const cases = [
  {
    name: 'edits in different places',
    ...oneLineNewer,
    act: edit('steps.py', 'step_2 = 2', 'step_2 = "mine"'),
    kept: ['step_2 = "mine"'],
    arrived: ['step_12 = "newer"'],
  },
  {
    name: 'edits of the same line',
    ...oneLineNewer,
    act: edit('steps.py', 'step_12 = 12', 'step_12 = "mine"'),
    kept: ['step_12 = "mine"'],
    isConflict: true,
  },
  {
    name: 'the same edit on both sides',
    ...oneLineNewer,
    act: edit('steps.py', 'step_12 = 12', 'step_12 = "newer"'),
    kept: ['step_12 = "newer"'],
  },
  {
    name: 'removed from the pack, edited by the user',
    before: { 'steps.py': text, 'old.py': text },
    after: { 'steps.py': newer },
    act: edit('old.py', 'step_2 = 2', 'step_2 = "mine"'),
    kept: ['step_2 = "mine"'],
    arrived: ['step_12 = "newer"'],
    isConflict: true,
  },
  {
    name: 'renamed by the pack, edited by the user',
    before: { 'steps.py': text },
    after: { 'moved.py': newer },
    renames: [{ from: 'steps.py', to: 'moved.py' }],
    act: edit('steps.py', 'step_2 = 2', 'step_2 = "mine"'),
    kept: ['step_2 = "mine"'],
    arrived: ['step_12 = "newer"'],
    keptIn: 'moved.py',
  },
  {
    name: 'renamed by the user, changed in the pack',
    ...oneLineNewer,
    act: (folder) => renameSync(join(folder, 'steps.py'), join(folder, 'mine.py')),
    kept: [],
    arrived: ['step_12 = "newer"'],
    arrivedIn: 'mine.py',
  },
  {
    name: 'deleted by the user, changed in the pack',
    before: { 'steps.py': text, 'other.py': text },
    after: { 'steps.py': newer, 'other.py': text },
    act: (folder) => rmSync(join(folder, 'steps.py')),
    kept: [],
    absent: 'steps.py',
  },
  {
    name: 'binary file edited by the user, not by the pack',
    before: { 'steps.py': text, 'picture.bin': picture },
    after: { 'steps.py': newer, 'picture.bin': picture },
    act: put('picture.bin', ownPicture),
    kept: [],
    keptBytes: ['picture.bin', ownPicture],
    arrived: ['step_12 = "newer"'],
  },
  {
    name: 'file in CRLF, edited elsewhere',
    ...oneLineNewer,
    act: put('steps.py', text.replace('step_2 = 2', 'step_2 = "mine"').replaceAll('\n', '\r\n')),
    kept: ['step_2 = "mine"\r'],
    arrived: ['step_12 = "newer"\r'],
  },
  {
    name: 'file in Latin-1, edited elsewhere',
    ...oneLineNewer,
    act: edit('steps.py', 'step_2 = 2', 'step_2 = "m\u00eame"'),
    kept: ['step_2 = "m\u00eame"'],
    arrived: ['step_12 = "newer"'],
  },
  {
    name: 'imports reordered, other lines changed',
    before: { 'steps.py': imports + text },
    after: { 'steps.py': imports + newer },
    act: edit('steps.py', imports, 'import abc\nimport os\nimport zlib\n\n\n'),
    kept: [],
    arrived: ['step_12 = "newer"'],
  },
  {
    name: 'lines added at the end by both',
    before: { 'steps.py': text },
    after: { 'steps.py': `${text}step_15 = "newer"\n` },
    act: put('steps.py', `${text}step_15 = "mine"\n`),
    kept: ['step_15 = "mine"'],
    isConflict: true,
  },
  {
    name: 'both add a file of the same name with different content',
    before: { 'steps.py': text },
    after: { 'steps.py': text, 'extra.py': 'extra = "newer"\n' },
    act: put('extra.py', 'extra = "mine"\n'),
    kept: ['extra = "mine"'],
    isConflict: true,
  },
  {
    name: 'made executable by the user, changed in the pack',
    ...oneLineNewer,
    act: (folder) => chmodSync(join(folder, 'steps.py'), 0o755),
    kept: [],
    arrived: ['step_12 = "newer"'],
    executable: 'steps.py',
  },
  {
    name: 'uncommitted work',
    ...oneLineNewer,
    act: edit('steps.py', 'step_2 = 2', 'step_2 = "mine"'),
    isUncommitted: true,
    kept: ['step_2 = "mine"'],
    arrived: ['step_12 = "newer"'],
  },
  {
    name: 'an answer changed by the user',
    before: { 'steps.py': text },
    after: { 'steps.py': text },
    act: (_folder, changeAnswer) => changeAnswer('Counts steps.', 'Counts all steps.'),
    kept: [],
    arrived: ['# Counts all steps.'],
  },
];
