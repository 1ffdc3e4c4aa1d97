import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderHost } from '../../src/core/pack/render-host.ts';
import { relPath } from '../../src/core/tree/rel-path.ts';
import { bundledMeta, bundledNames, bundledPack } from '../../src/io/pack/bundled-pack.ts';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { newHost } from './hosts.ts';

const reserved = (
  await Promise.all(
    bundledNames.map(async (stack) =>
      Object.entries((await bundledMeta(stack)).reserved_names).map(([name, reason]) => [stack, name, reason] as const),
    ),
  )
).flat();

const manifest = (name: string) =>
  `name: ${name}\nversion: "1.0.0"\ndescription: Reads.\nauthor: Ada\nclass_name: ReaderModule\n`;

describe('a module name that the stack reserves', () => {
  it.each(reserved)('in a host of %s, %s is refused by every entry point', async (stack, name, reason) => {
    const root = await newHost(stack);
    writeFileSync(join(root, 'm.yaml'), manifest(name));
    writeFileSync(join(root, 'a.yaml'), `name: ${name}\n`);
    const before = snapshot(root);
    const message = `A ${stack} module cannot be named ${name}: ${reason}.\n      Choose another name, such as ${name}_module.`;
    for (const argv of [[name], ['--from', 'm.yaml'], ['--answers', 'a.yaml'], [name, '--dry-run']])
      expect(await runIn(root, ['new', ...argv, '--yes'])).toMatchObject({
        code: 2,
        err: expect.stringContaining(message),
      });
    const { code, out } = await runIn(root, ['new', name, '--json']);
    expect([code, JSON.parse(out).error]).toMatchObject([2, { code: 'name-reserved', args: { name, stack, reason } }]);
    expect(snapshot(root)).toEqual(before);
  });

  it('is refused by the prompt', async () => {
    const root = await newHost('fastapi');
    const { refusals } = await succeedIn(root, ['new'], { replies: { Name: ['build', 'build_module'] } });
    expect(refusals).toEqual(['build is reserved: pytest skips folders of this name.']);
  });

  it.each([
    ['fastapi', 'bower_components'],
    ['fastify', 'build'],
    ['fastify', 'dist'],
  ])('is accepted in a host of %s if only another stack reserves it: %s', async (stack, name) => {
    await succeedIn(await newHost(stack), ['new', name, '--yes']);
  });

  it('gets a suggestion that is accepted', async () => {
    const root = await newHost('fastapi');
    const { err } = await runIn(root, ['new', 'node_modules', '--yes']);
    const [, suggestion = ''] = /such as (\w+)\./.exec(err) ?? [];
    await succeedIn(root, ['new', suggestion, '--yes']);
  });
});

/** The packages in a rendered host, without scoped ones, whose names no host can have. */
const hosts: Readonly<
  Record<string, { readonly dependency: string; readonly file: string; readonly read: (text: string) => string[] }>
> = {
  fastify: {
    dependency: 'vitest',
    file: 'package.json',
    read: (text) => {
      const { dependencies, devDependencies } = JSON.parse(text);
      return Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !name.startsWith('@'));
    },
  },
  fastapi: {
    dependency: 'fastapi',
    file: 'pyproject.toml',
    read: (text) => [...text.matchAll(/^ {4}"([a-z0-9-]+)[^"]*[<>=]/gm)].map(([, name = '']) => name),
  },
};

describe.each(bundledNames)('a host of %s', (stack) => {
  const { dependency, file, read } = hosts[stack] ?? { dependency: '', file: '', read: () => [] };

  it('never has the name of one of its dependencies', async () => {
    const pack = await bundledPack(stack, ['host']);
    const named = (folder: string) => String(renderHost(pack, folder).get(relPath(file))?.content);
    const packages = read(named('my-host'));
    expect(packages.length).toBeGreaterThan(5);
    expect(packages).toContain(dependency);
    for (const name of packages) expect(named(name)).toMatch(new RegExp(`^ *"?name"?(:| =) "${name}-host"`, 'm'));
  });

  it('has another name than its folder if that is a dependency, and init reports it', async () => {
    const cwd = tempFolder();
    const { err } = await succeedIn(cwd, ['host', 'init', dependency, '--stack', stack, '--yes']);
    expect(err).toContain(
      `Note: the project is named ${dependency}-host, because it depends on the package ${dependency}.\n`,
    );
    expect(readFileSync(join(cwd, dependency, '.ai-module/lock.yaml'), 'utf8')).toContain(`${dependency}-host`);
    await succeedIn(join(cwd, dependency), ['update', '--host-files', '--check']);
    const other = await succeedIn(cwd, ['host', 'init', `${dependency}-host`, '--stack', stack, '--yes']);
    expect(other.err).not.toContain('Note:');
  });
});
