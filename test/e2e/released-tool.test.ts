import { execFile } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundledMeta } from '../../src/io/pack/bundled-pack.ts';
import { editAsUser, editedFiles, modulesOf, type Stack, userTextIn } from '../edited-module.ts';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { builtBin } from './built-bin.ts';
import { hostOfRelease, releasedBin } from './released-tool.ts';

const bin = await builtBin();

interface Outcome {
  readonly code: unknown;
  readonly out: string;
  readonly err: string;
}

/** Runs the current tool, or another version. */
function runTool(cwd: string, args: readonly string[], tool = bin): Promise<Outcome> {
  return new Promise((done) => {
    execFile(process.execPath, [tool, ...args], { cwd, maxBuffer: 1e8 }, (error, out, err) =>
      done({ code: error?.code ?? 0, out, err }),
    );
  });
}

/** All files except the record for `undo`. */
function filesOf(root: string): Record<string, string> {
  return Object.fromEntries(Object.entries(snapshot(root)).filter(([path]) => !path.startsWith('.create-ai-module')));
}

/** A file of the runtime in a host of 0.1 with a line to edit, and where its code is now. */
const runtimeFiles: Readonly<Record<Stack, readonly [path: string, replaced: string]>> = {
  fastify: [
    'src/platform/jobs/job-service.ts',
    'The package ai-module-runtime contains this code now; src/host.ts configures it',
  ],
  fastapi: ['app/jobs/service.py', 'The package ai_module_runtime contains this code now'],
};
/** A file of the module that belongs to the user since it was generated, and its import of the runtime. */
const providers: Readonly<Record<Stack, readonly [path: string, imports: string]>> = {
  fastify: ['provider.ts', "  TransientError,\n} from 'ai-module-runtime';"],
  fastapi: ['provider.py', 'from ai_module_runtime import ModuleContext, TransientError'],
};

/** A script of the user in the host, and what is reported about it. */
const scripts: Readonly<Record<Stack, readonly [path: string, text: string, notes: readonly string[]]>> = {
  fastify: [
    'scripts/report.ts',
    "import { readHostConfig } from '../src/platform/config.ts';\nimport { messageFor } from '#platform/errors.ts';\n",
    [
      'scripts/report.ts:1 imports ../src/platform/config.ts, which the host no longer has. Use readSettings of ai-module-runtime',
      'scripts/report.ts:2 imports #platform/errors.ts, which the host no longer has. Import it from ai-module-runtime',
    ],
  ],
  fastapi: [
    'app/report.py',
    'from app.core.event_bus import event_bus\nfrom app.core import db\nfrom .core.config import get_settings\n',
    [
      'app/report.py:2 imports app.core.db, which the host no longer has. Use the session that the service receives',
      'app/report.py:3 imports .core.config, which the host no longer has. Use app.settings instead',
    ],
  ],
};

/** A file of the user in the module, and what is reported about it. */
const ownFiles: Readonly<Record<Stack, readonly [path: string, text: string, notes: readonly string[]]>> = {
  fastify: [
    'reports.ts',
    "import { can } from './dependencies.ts';\nimport * as events from './events.ts';\n" +
      'export const report = [can.read, events.emitted.completed];\n',
    [
      'reports.ts imports can from dependencies.ts, which no longer has it. Use requirePermission of dependencies.ts.',
      'reports.ts imports emitted from events.ts, which no longer has it. Use the OwnEvent of events.ts',
    ],
  ],
  fastapi: [
    'reports.py',
    'from .dependencies import OwnedJob, ServiceDep\nfrom .events import LIFECYCLE_EVENTS\n',
    [
      'reports.py imports OwnedJob from dependencies.py, which no longer has it. Use service.get_job, which checks the user.',
      'reports.py imports LIFECYCLE_EVENTS from events.py, which no longer has it. The manifest has the events.',
    ],
  ],
};

it('the fixture is release 0.1.0', async () => {
  const { out } = await runTool('.', ['--version'], await releasedBin('0.1.0'));
  expect(out.trim()).toBe('0.1.0');
});

describe.each<Stack>(['fastify', 'fastapi'])('a %s host with a module of 0.1.0, in the current tool', (stack) => {
  let released: string;
  let host: string;
  const inModule = (path: string) => join(host, modulesOf[stack], 'notes', path);
  beforeAll(async () => {
    released = await hostOfRelease('0.1.0', stack);
  });
  beforeEach(() => {
    host = join(tempFolder(), basename(released));
    cpSync(released, host, { recursive: true });
  });

  it('validate reports no errors', async () => {
    expect(await runTool(host, ['validate'])).toMatchObject({ code: 0 });
  });

  it('update refuses the module, because the host has no runtime, and changes nothing', async () => {
    const before = snapshot(host);
    const { code, err } = await runTool(host, ['update', '--yes']);
    expect([code, err]).toEqual([
      2,
      expect.stringContaining('but the host does not depend on it. Nothing was written.'),
    ]);
    expect(err).toContain('`create-ai-module update --host` for a generated host.');
    expect(snapshot(host)).toEqual(before);
  });

  it('update --host makes of an untouched host what the current tool generates, and undo reverts it', async () => {
    const before = filesOf(host);
    expect(await runTool(host, ['update', '--host', '--yes'])).toMatchObject({ code: 0 });
    const fresh = join(dirname(host), 'fresh', basename(host));
    await runTool(dirname(host), ['host', 'init', fresh, '--stack', stack, '--yes']);
    // The module keeps its endpoints: `new` would add those that are standard now.
    await runTool(fresh, ['new', '--from', inModule('manifest.yaml'), '--yes']);
    // Files that belong to the user stay as they were.
    const owned = await ownedFiles(stack);
    expect(filesBut(owned, host)).toEqual(filesBut(owned, fresh));
    expect(await runTool(host, ['update', '--host', '--check'])).toMatchObject({ code: 0 });
    expect(await runTool(host, ['validate'])).toMatchObject({ code: 0, err: '' });
    expect(await runTool(host, ['undo', '--yes'])).toMatchObject({ code: 0 });
    expect(filesOf(host)).toEqual(before);
  });

  it('update --host lists files of the user that import what was removed, each time, and leaves them', async () => {
    const [path, text, notes] = scripts[stack];
    writeFileSync(join(host, path), text);
    for (const run of ['first', 'second']) {
      const { code, err } = await runTool(host, ['update', '--host', '--yes']);
      const found = err.split('\n').filter((line) => line.startsWith('Note: ') && line.includes(' imports '));
      expect([code, found], run).toEqual([0, notes.map((note) => expect.stringContaining(note))]);
    }
    expect(readFileSync(join(host, path), 'utf8')).toBe(text);
    expect(await runTool(host, ['update', '--host', '--check'])).toMatchObject({ code: 0 });
    writeFileSync(join(host, path), '');
    expect((await runTool(host, ['update', '--host', '--yes'])).err).not.toContain(' imports ');
  });

  it('update --host lists files of the user in the module that import what its files no longer have', async () => {
    const [path, text, notes] = ownFiles[stack];
    writeFileSync(inModule(path), text);
    const { code, err } = await runTool(host, ['update', '--host', '--yes']);
    const found = err.split('\n').filter((line) => line.includes('which no longer has it'));
    expect([code, found]).toEqual([0, notes.map((note) => expect.stringContaining(`notes/${note}`))]);
    expect(readFileSync(inModule(path), 'utf8')).toBe(text);
  });

  it('update --host keeps edits, or lists them with what replaces them', async () => {
    const [runtimeFile, replaced] = runtimeFiles[stack];
    const mine = userTextIn(runtimeFile);
    const append = (file: string) => writeFileSync(file, `${readFileSync(file, 'utf8')}\n${mine}\n`);
    editAsUser(stack, inModule(''), { isOld: true });
    append(join(host, runtimeFile));
    const [provider, imports] = providers[stack];
    append(inModule(provider));
    const before = snapshot(host);

    const refused = await runTool(host, ['update', '--host', '--yes']);
    expect([refused.code, refused.out]).toEqual([1, expect.stringContaining('Nothing was written.')]);
    expect(refused.err).toContain(
      `conflict ${runtimeFile} edited, but no longer generated; kept as your file. ${replaced} (edit/delete)\n`,
    );
    expect(snapshot(host)).toEqual(before);

    const { code, err } = await runTool(host, ['update', '--host', '--on-conflict', 'markers', '--yes']);
    process.stdout.write(`${stack}, edited in 0.1.0: ${err.match(/^conflict .*$/gm)?.join('; ')}\n`);
    expect(code).toBe(1);
    expect(readFileSync(join(host, runtimeFile), 'utf8')).toContain(mine);
    for (const file of editedFiles(stack, true))
      expect(readFileSync(inModule(file), 'utf8'), file).toContain(userTextIn(file));
    expect(readFileSync(inModule(provider), 'utf8')).toContain(mine);
    expect(readFileSync(inModule(provider), 'utf8')).toContain(imports);
    expect(existsSync(join(host, 'vendor'))).toBe(true);
  });
});

/** Endings of the paths of files that belong to the user, from their first version on. */
async function ownedFiles(stack: Stack): Promise<string[]> {
  const { files } = await bundledMeta(stack);
  return files.flatMap(({ path, policy }) =>
    policy === 'owned' || policy === 'draft' ? [path.replace(/^module\/(.*?)(\.hbs)?$/, '/notes/$1')] : [],
  );
}

function filesBut(owned: readonly string[], host: string): Record<string, string> {
  const isOwned = (path: string) => path.includes('/migrations/') || owned.some((end) => path.endsWith(end));
  return Object.fromEntries(Object.entries(filesOf(host)).filter(([path]) => !isOwned(path)));
}
