import { execFile } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { isNightly } from '../draws.ts';
import { editAsUser, editedFiles, modulesOf, newModule, replaceIn, type Stack, userTextIn } from '../edited-module.ts';
import { tempFolder } from '../io/temp-folder.ts';
import { builtBin } from './built-bin.ts';
import { generatedHost } from './generated-host.ts';

const run = promisify(execFile);
const bin = await builtBin();

/** The checks of a host for its modules. */
const checks: Readonly<Record<Stack, readonly (readonly string[])[]>> = {
  fastify: [
    ['npm', 'run', '--silent', 'typecheck'],
    ['npm', 'run', '--silent', 'lint'],
    ['npx', 'vitest', 'run', `${modulesOf.fastify}/notes`],
  ],
  fastapi: [
    ['.venv/bin/ruff', 'check', `${modulesOf.fastapi}/notes`],
    ['.venv/bin/ruff', 'format', '--check', `${modulesOf.fastapi}/notes`],
    ['.venv/bin/python', '-m', 'pytest', '-q', `${modulesOf.fastapi}/notes`],
  ],
};

const added = (line: string, more: string) => [line, `${line}\n  - "${more}"`] as const;
const setting = '  top_k:\n    type: "integer"\n    default: 5\n    minimum: 1\n';

/** Applied one after the other to one edited module. In CI only the largest one is checked with the host's tools. */
const rounds: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    'adding one of everything',
    [
      added('  - "notes.indexed"', 'notes.zipped'),
      added('  - "file.uploaded"', 'invoices.completed'),
      added('  - "POST /reindex"', 'GET /docs/{doc_id}'),
      added('  - "notes:export"', 'notes:zip'),
      [setting, `${setting}  size: 3\n`],
    ],
  ],
  [
    'renaming everything and changing values',
    [
      ['"notes.indexed"', '"notes.sorted"'],
      ['"file.uploaded"', '"file.stored"'],
      ['"POST /reindex"', '"POST /redo"'],
      ['"notes:export"', '"notes:dump"'],
      ['  size: 3', '  count: 3'],
      ['default: 5', 'default: 7'],
      ['"Keeps notes"', '"Finds notes"'],
      ['version: "1.0.0"', 'version: "1.1.0"'],
    ],
  ],
  [
    'everything less',
    [
      '  - "notes.sorted"\n',
      '  - "notes.zipped"\n',
      '  - "file.stored"\n',
      '  - "invoices.completed"\n',
      '  - "POST /redo"\n',
      '  - "GET /docs/{doc_id}"\n',
      '  - "notes:dump"\n',
      '  - "notes:zip"\n',
      setting.replace('5', '7'),
      '  count: 3\n',
      '  lang: "fr"\n',
    ].map((line) => [line, ''] as const),
  ],
];

const checkedInCi = 'renaming everything and changing values';

describe.each<Stack>(['fastify', 'fastapi'])('a %s module that a user edited', { timeout: 300_000 }, (stack) => {
  let host: string;
  const folder = () => join(host, modulesOf[stack], 'notes');

  beforeAll(async () => {
    host = join(tempFolder(), 'host');
    cpSync(await generatedHost(stack), host, { recursive: true, verbatimSymlinks: true });
    await run(process.execPath, [bin, ...newModule, '--host', host]);
    editAsUser(stack, folder());
  }, 600_000);

  it.each(rounds)('is valid after %s in its manifest, and keeps the edits', async (round, edits) => {
    for (const [from, to] of edits) replaceIn(join(folder(), 'manifest.yaml'), from, to);
    await run(process.execPath, [bin, 'update', '--yes', '--host', host]);
    for (const file of editedFiles(stack))
      expect(readFileSync(join(folder(), file), 'utf8')).toContain(userTextIn(file));
    if (!isNightly && round !== checkedInCi) return;
    for (const [program, ...args] of checks[stack])
      await run(program as string, args, { cwd: host, maxBuffer: 1e8 }).catch((error) => {
        throw new Error(`${program} ${args.join(' ')}: ${error.stdout}${error.stderr}`);
      });
  });
});
