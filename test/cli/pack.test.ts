import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundledNames } from '../../src/io/pack/bundled-pack.ts';
import { apps } from '../core/attach/apps.ts';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';

describe.each(bundledNames)('pack init --from %s', (stack) => {
  it('writes a copy that has no problems, whose host finds its pack again', async () => {
    const root = tempFolder();
    const { err } = await succeedIn(root, ['pack', 'init', 'acme-ai', '--from', stack, '--yes']);
    expect(err).toContain('create-ai-module pack check ./acme-ai\n');
    expect((await succeedIn(root, ['pack', 'check', 'acme-ai'])).out).toMatch(
      /^acme-ai 1\.0\.0: \d+ files without problems$/m,
    );
    await succeedIn(root, ['host', 'init', 'my-host', '--stack', './acme-ai', '--yes']);
    const host = join(root, 'my-host');
    expect(readFileSync(join(host, 'ai-modules.yaml'), 'utf8')).toContain('stack: "../acme-ai"\n');
    await succeedIn(host, ['new', 'text_search', '--author', 'Ada', '--yes']);
    expect((await succeedIn(host, ['list'])).out).toMatch(/^text_search .*acme-ai@1\.0\.0 +clean$/m);
    await succeedIn(host, ['update', '--host-files', '--check']);
  });

  it('writes a pack that extends the bundled one, with the files to change', async () => {
    const root = tempFolder();
    const copied = 'module/README.md.hbs';
    await succeedIn(root, ['pack', 'init', 'acme', '--from', stack, '--extends', '--copy', copied, '--yes']);
    expect(Object.keys(snapshot(join(root, 'acme'))).filter((path) => path.includes('.'))).toEqual(
      expect.arrayContaining(['pack.yaml', 'package.json', copied]),
    );
    writeFileSync(join(root, 'acme', copied), '# {{md title}}\n\n{{md description}}\n\nAsk the Acme team.\n');
    writeFileSync(join(root, 'acme/module/ACME.md'), 'Ours.\n');
    await succeedIn(root, ['pack', 'check', 'acme']);
    await succeedIn(root, ['host', 'init', 'my-host', '--stack', './acme', '--yes']);
    const host = join(root, 'my-host');
    await succeedIn(host, ['new', 'text_search', '--author', 'Ada', '--yes']);
    const { out } = await succeedIn(host, ['list', '--json']);
    const [module] = (JSON.parse(out) as { modules: { folder: string; state: string; pack: object }[] }).modules;
    expect(module).toMatchObject({ state: 'clean', pack: { name: 'acme', version: '1.0.0', base: { name: stack } } });
    const read = (path: string) => readFileSync(join(host, module?.folder ?? '', path), 'utf8');
    expect(read('README.md')).toContain('Ask the Acme team.');
    expect(read('ACME.md')).toBe('Ours.\n');
    expect(read('.ai-module/lock.yaml')).toMatch(
      new RegExp(
        `^pack: "acme"\npack_version: "1\\.0\\.0"\nbase_pack: "${stack}"\nbase_version: "[0-9.]+"\npack_checksum: "sha256-`,
        'm',
      ),
    );
  });
});

it('moves the modules of a host to a pack that extends its own, and takes changes only with a new version', async () => {
  const root = tempFolder();
  await succeedIn(root, ['host', 'init', 'my-host', '--stack', 'fastify', '--yes']);
  const host = join(root, 'my-host');
  await succeedIn(host, ['new', 'text_search', '--author', 'Ada', '--yes']);
  await succeedIn(root, ['pack', 'init', 'acme', '--from', 'fastify', '--extends', '--yes']);
  const pack = join(root, 'acme');
  mkdirSync(join(pack, 'module'));
  writeFileSync(join(pack, 'module/ACME.md'), 'one\n');
  const config = join(host, 'ai-modules.yaml');
  writeFileSync(config, readFileSync(config, 'utf8').replace('stack: fastify', 'stack: ../acme'));
  await succeedIn(host, ['update', '--yes']);
  const added = join(host, 'src/ai/modules/text_search/ACME.md');
  expect(readFileSync(added, 'utf8')).toBe('one\n');

  writeFileSync(join(pack, 'module/ACME.md'), 'two\n');
  const before = snapshot(host);
  const refused = await runIn(host, ['update', '--yes']);
  expect(refused.code).toBe(2);
  expect(refused.err).toContain(
    'The template pack acme@1.0.0 has other files than when it rendered src/ai/modules/text_search.',
  );
  expect(refused.err).toContain('Raise `version` in its pack.yaml');
  expect(snapshot(host)).toEqual(before);

  const meta = join(pack, 'pack.yaml');
  writeFileSync(meta, readFileSync(meta, 'utf8').replace('version: 1.0.0', 'version: 1.1.0'));
  await succeedIn(host, ['update', '--yes']);
  expect(readFileSync(added, 'utf8')).toBe('two\n');
});

it.each(Object.keys(apps))('renders modules of an attached application, on %s', async (name) => {
  const root = tempFolder();
  for (const [path, text] of Object.entries(apps[name] ?? {})) {
    mkdirSync(dirname(join(root, 'app', path)), { recursive: true });
    writeFileSync(join(root, 'app', path), text);
  }
  const app = join(root, 'app');
  await succeedIn(app, ['host', 'attach', '--no-resolve', '--yes']);
  const config = readFileSync(join(app, 'ai-modules.yaml'), 'utf8');
  const [, stack = ''] = /^stack: (.*)$/m.exec(config) ?? [];
  await succeedIn(root, ['pack', 'init', 'acme', '--from', stack, '--extends', '--yes']);
  mkdirSync(join(root, 'acme/module'));
  writeFileSync(join(root, 'acme/module/ACME.md'), 'Ours.\n');
  writeFileSync(join(app, 'ai-modules.yaml'), config.replace(`stack: ${stack}`, 'stack: ../acme'));
  await succeedIn(app, ['update', '--host-files', '--yes']);
  expect(readFileSync(join(app, '.ai-module/lock.yaml'), 'utf8')).toContain(
    `pack: "acme"\npack_version: "1.0.0"\nbase_pack: "${stack}"`,
  );
  const { out } = await succeedIn(app, ['new', 'text_search', '--author', 'Ada', '--yes', '--json']);
  expect(readFileSync(join(app, JSON.parse(out).folder, 'ACME.md'), 'utf8')).toBe('Ours.\n');
});

describe('pack init refuses', () => {
  it.each([
    [['acme', '--from', 'flask'], '--from must be fastapi or fastify, not flask.'],
    [['fastify', '--from', 'fastify'], 'fastify is the name of a bundled pack. Pass --name with another one.'],
    [['acme', '--name', 'A b', '--from', 'fastify'], '--name must be in kebab-case'],
    [['acme', '--from', 'fastify', '--copy', 'module/utils.ts.hbs'], '--copy needs --extends'],
    [['acme', '--from', 'fastify', '--extends', '--copy', 'module/util.ts.hbs'], 'Did you mean module/utils.ts.hbs?'],
  ])('%j', async (argv, message) => {
    const root = tempFolder();
    const { code, err } = await runIn(root, ['pack', 'init', ...argv, '--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    expect(readdirSync(root)).toEqual([]);
  });

  it('a folder with other files', async () => {
    const root = tempFolder();
    writeFileSync(join(root, 'pack.yaml'), 'mine\n');
    const { code } = await runIn(root, ['pack', 'init', '.', '--name', 'acme', '--from', 'fastify', '--yes']);
    expect(code).toBe(2);
    expect(readdirSync(root)).toEqual(['pack.yaml']);
  });
});

describe('pack check', () => {
  const withPack = async (change: (pack: string) => void) => {
    const root = tempFolder();
    await succeedIn(root, ['pack', 'init', 'acme', '--from', 'fastify', '--extends', '--yes']);
    change(join(root, 'acme'));
    return runIn(root, ['pack', 'check', 'acme']);
  };

  it('prints file, line, rule and correction, and returns 1', async () => {
    const { code, out } = await withPack((pack) => {
      mkdirSync(join(pack, 'module'));
      writeFileSync(join(pack, 'module/a.ts.hbs'), "export const a = 1;\nexport const b = '{{description}}';\n");
    });
    expect(code).toBe(1);
    expect(out).toContain(
      'acme/module/a.ts.hbs:2:19 error {{description}} writes a text of the user unescaped (missing-escape)\n',
    );
    expect(out).toContain("2 | export const b = '{{description}}';\n");
    expect(out).toContain('Write it through the helper');
    expect(out).toMatch(/acme 1\.0\.0: 1 problem in 1 file\n$/);
  });

  it('reports links, an invalid pack.yaml, unknown bases and removals, and another version in package.json', async () => {
    const set =
      (from: string, to: string, file = 'pack.yaml') =>
      (pack: string) =>
        writeFileSync(join(pack, file), readFileSync(join(pack, file), 'utf8').replace(from, to));
    const linked = await withPack((pack) => symlinkSync('pack.yaml', join(pack, 'link.yaml')));
    expect([linked.code, linked.out]).toEqual([1, expect.stringContaining('acme/link.yaml error it is a link')]);
    const misspelt = await withPack(set('title:', 'titel:'));
    expect(misspelt.out).toContain('acme/pack.yaml:3:1 error unknown key "titel"');
    expect(misspelt.out).toContain('Did you mean title?');
    const syntax = await withPack(set('name: acme', 'name: ['));
    expect([syntax.code, syntax.out]).toEqual([1, expect.stringContaining('acme/pack.yaml:')]);
    const unknown = await withPack(set('extends: fastify', 'extends: flask'));
    expect(unknown.out).toContain('acme/pack.yaml:6:10 error extends: there is no bundled pack flask');
    const removal = await withPack(set('removed: []', 'removed: [module/util.ts.hbs]'));
    expect(removal.out).toContain('has no file module/util.ts.hbs (pack-meta)');
    const version = await withPack(set('1.0.0', '1.0.1', 'package.json'));
    expect(version.out).toContain('acme/package.json:3:1 error the package has the version 1.0.1, and pack.yaml 1.0.0');
  });

  it('names a file of the bundled pack that the changes break', async () => {
    const { code, out } = await withPack((pack) =>
      writeFileSync(
        join(pack, 'pack.yaml'),
        `${readFileSync(join(pack, 'pack.yaml'), 'utf8').replace('[]', '[partials/type.hbs]')}`,
      ),
    );
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(/acme\/pack\.yaml:1:1 error partials\/setting\.hbs.* the partial type does not exist/),
    ]);
  });

  it('refuses a folder without pack.yaml, and a missing one', async () => {
    const root = tempFolder();
    for (const dir of ['.', 'missing']) {
      const { code, err } = await runIn(root, ['pack', 'check', dir]);
      expect([code, err]).toEqual([2, expect.stringContaining('pack.yaml: it is missing')]);
    }
    rmSync(root, { recursive: true });
  });
});
