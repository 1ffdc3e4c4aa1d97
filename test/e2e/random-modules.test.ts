import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../src/core/manifest/schema.ts';
import { contextOf } from '../../src/core/pack/context/context.ts';
import { renderModule } from '../../src/core/pack/render-module.ts';
import { readPackFolder } from '../../src/io/pack/pack-folder.ts';
import { copyHost } from '../conformance/host/copy-host.ts';
import { randomManifest } from '../core/pack/random-manifest.ts';
import { draws, firstSeed } from '../draws.ts';
import { generatedHost, pythonOf, type Stack } from './generated-host.ts';
import { describeWhere, missingPython } from './needs.ts';
import { mypyCache } from './python-tools.ts';

/** Modules that are checked together: more take too much memory. */
const batch = 100;
/** Modules of a row of `npm run nightly`, which sets PART, such as `fastapi 2`. Without it, all are checked. */
const partSize = 500;
const [partStack, part] = process.env.PART?.split(' ') ?? [];

/** The first ones list their providers: without `openai`, with one of their own, and both. */
const providers = [
  ['mine', 'sample', 'local'],
  ['sample', 'openai', 'mine'],
  ['mine'],
  ['mine', 'openai'],
  ['sample'],
  ['mine', 'local'],
];

function withProviders(manifest: Manifest, index: number): Manifest {
  const [names] = providers.slice(index);
  if (names === undefined) return manifest;
  const provider = { type: 'string', enum: names, default: names[0] } as const;
  return { ...manifest, configuration: { ...manifest.configuration, provider } };
}

/** Checks modules of random manifests in a copy of a host. They are not run, because their names conflict. */
async function describeModules(stack: Stack, folder: string, commands: (host: string) => [string, string[]][]) {
  if (partStack !== undefined && partStack !== stack) return;
  const first = part === undefined ? 0 : (Number(part) - 1) * partSize;
  const end = part === undefined ? draws.lintedModules : first + partSize;
  const host = await generatedHost(stack);
  const copy = copyHost(host);
  const modules = join(copy, folder);
  const pack = await readPackFolder(fileURLToPath(new URL(`../../templates/${stack}`, import.meta.url)), stack);

  describe(`modules of random manifests in ${stack}`, { timeout: 1_800_000 }, () => {
    afterAll(() => rmSync(copy, { recursive: true, force: true }));

    for (let start = first; start < end; start += batch) {
      const count = Math.min(batch, end - start);
      it(`are formatted, without lint errors, and of the right types: ${start + 1} to ${start + count}`, async () => {
        rmSync(modules, { recursive: true, force: true });
        for (let index = start; index < start + count; index += 1) {
          const manifest = withProviders(randomManifest(firstSeed + index), index);
          for (const [path, { content }] of await renderModule(
            pack,
            contextOf(manifest, pack.meta, pack.meta.host.imports),
          )) {
            const target = join(modules, `m${firstSeed + index}`, path);
            mkdirSync(dirname(target), { recursive: true });
            writeFileSync(target, content);
          }
        }
        if (stack === 'fastapi') writeFileSync(join(modules, '__init__.py'), '"""The modules."""\n');
        for (const [program, args] of commands(host)) expect(await problemsOf(program, args, copy)).toBe('');
      });
    }
  });
}

/** What a tool prints if it fails. */
async function problemsOf(program: string, args: readonly string[], cwd: string): Promise<string> {
  const env = { ...process.env, MYPY_CACHE_DIR: mypyCache, PYTHONDONTWRITEBYTECODE: '1' };
  return promisify(execFile)(program, args, { cwd, env, maxBuffer: 1e8 }).then(
    () => '',
    (error) => `${program} ${args.join(' ')}: ${error.stdout}${error.stderr}`.slice(0, 5_000),
  );
}

await describeModules('fastify', 'src/ai/modules', (host) => [
  [join(host, 'node_modules/.bin/biome'), ['ci', '--vcs-enabled=false', '--colors=off', '--max-diagnostics=5']],
  [join(host, 'node_modules/.bin/tsc'), ['--noEmit']],
]);

await describeWhere('FastAPI', missingPython(), () =>
  describeModules('fastapi', 'app/ai/modules', (host) => [
    [pythonOf(host), ['-W', 'error', '-m', 'compileall', '-q', 'app']],
    [join(dirname(pythonOf(host)), 'ruff'), ['check', '--no-cache']],
    [join(dirname(pythonOf(host)), 'ruff'), ['format', '--no-cache', '--check']],
    [join(dirname(pythonOf(host)), 'mypy'), ['--strict']],
  ]),
);
