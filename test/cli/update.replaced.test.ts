import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { snapshot } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { hostWithModule, packFolder, type UpdatedHost } from './update-packs.ts';

const file = (name: string) => `// ${name}\nexport const ${name} = 1;\n`;
const older = packFolder('1.2.0', {
  files: {
    'host/src/platform/jobs.js': file('jobs'),
    'host/src/platform/http/errors.js': file('errors'),
    'host/src/platform/http/routes.js': file('routes'),
    'host/src/app.js': file('app'),
    'module/utils.js': file('utils'),
  },
});
/** The next version has none of these files. */
const newer = packFolder('2.0.0', { meta: 'replaced: { utils.js: The runtime exports the same functions }\n' });
const meta = readFileSync(join(newer, 'pack.yaml'), 'utf8');
writeFileSync(
  join(newer, 'pack.yaml'),
  meta.replace(
    'commands:',
    [
      '  replaced:',
      '    src/platform/: The package tiny-runtime contains this file',
      '    src/platform/http/errors.js: Pass `onError` to the runtime instead',
      'commands:',
    ].join('\n'),
  ),
);

let host: UpdatedHost;
const path = (name: string) => join(host.root, 'src', name);
const edit = (name: string) => writeFileSync(path(name), `${readFileSync(path(name), 'utf8')}// mine\n`);
beforeEach(async () => {
  host = await hostWithModule(older);
  host.use(newer);
});

describe('files that a new version of the pack no longer has', () => {
  it('are removed if nobody edited them', async () => {
    await succeedIn(host.root, ['update', '--host', '--yes']);
    expect(['platform', 'app.js'].map((name) => existsSync(path(name)))).toEqual([false, false]);
    expect(existsSync(join(host.root, 'modules/notes/utils.js'))).toBe(false);
    expect((await succeedIn(host.root, ['update', '--host', '--check'])).out).toContain('everything is up to date');
  });

  it('are conflicts if they are edited, and the report says what replaces them', async () => {
    for (const name of ['platform/jobs.js', 'platform/http/errors.js', 'app.js']) edit(name);
    host.write('utils.js', 'mine\n');
    const before = snapshot(host.root);
    const { code, err } = await runIn(host.root, ['update', '--host', '--yes']);
    expect(code).toBe(1);
    const removed = 'edited, but no longer generated; kept as your file';
    for (const line of [
      `conflict src/platform/jobs.js ${removed}. The package tiny-runtime contains this file (edit/delete)`,
      `conflict src/platform/http/errors.js ${removed}. Pass \`onError\` to the runtime instead (edit/delete)`,
      `conflict src/app.js ${removed} (edit/delete)`,
      `conflict modules/notes/utils.js ${removed}. The runtime exports the same functions (edit/delete)`,
    ])
      expect(err).toContain(line);
    expect(snapshot(host.root)).toEqual(before);
  });

  it('are kept with --on-conflict ours, and listed once', async () => {
    edit('platform/http/errors.js');
    const { err } = await succeedIn(host.root, ['update', '--host', '--on-conflict', 'ours', '--yes']);
    expect(err).toContain(
      'Note: src/platform/http/errors.js is no longer generated; kept as your file. Pass `onError` to the runtime instead.\n',
    );
    expect(readFileSync(path('platform/http/errors.js'), 'utf8')).toContain('// mine');
    expect(existsSync(path('platform/jobs.js'))).toBe(false);
    const { out, err: again } = await succeedIn(host.root, ['update', '--host', '--check']);
    expect(out).toContain('everything is up to date');
    expect(again).not.toContain('Note:');
  });

  it('are listed by status with what replaces them', async () => {
    const { out } = await succeedIn(host.root, ['status', '--host']);
    expect(out).toMatch(
      /outdated {2}src\/platform\/jobs\.js {2}no longer generated\. The package tiny-runtime contains/,
    );
  });
});
