import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { sampleOf } from '../../src/core/contract/sample.ts';
import { toPydantic } from '../../src/core/contract/to-pydantic.ts';
import { type Beside, toZod } from '../../src/core/contract/to-zod.ts';
import type { Json, Type, Types } from '../../src/core/contract/type.ts';
import { contractOf } from '../../src/core/manifest/contract.ts';
import { type SchemasContext, schemasContext } from '../../src/core/pack/context/schemas-context.ts';
import { allKinds } from '../core/contract/all-kinds.ts';
import { randomManifest } from '../core/pack/random-manifest.ts';
import { draws, firstSeed } from '../draws.ts';
import { describeWhere, missingPython } from './needs.ts';
import { mypyCache, runtimeEnvironment } from './python-tools.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'types-'));

/** The files of types with names of any length, and of manifests. */
function all(): SchemasContext[] {
  const named = Array.from({ length: 60 }, (_, index) => {
    const { types, problems } = allKinds(index + 1);
    expect(problems).toEqual([]);
    return {
      typescript: toZod(types, sampleIn(types, index)).trimEnd(),
      python: toPydantic(types, sampleIn(types, index)).trimEnd(),
    };
  });
  // Manifests with an even seed have types.
  const drawn = Array.from({ length: draws.typeLayouts }, (_, index) =>
    schemasContext(contractOf(randomManifest(2 * (firstSeed + index)))),
  );
  return [...named, ...drawn, schemasContext(contractOf(randomManifest(1)))];
}

function sampleIn(types: Types, index: number): Beside {
  const value = sampleOf(types.get('Input') as Type, types) as Json;
  return { untyped: [], samples: [{ name: `s${'a'.repeat(index + 55)}mple`, of: 'Input', value }] };
}

async function output(program: string, args: readonly string[], cwd: string): Promise<string> {
  const env = { ...process.env, MYPYPATH: join(project, 'runtimes/python/src'), PYTHONDONTWRITEBYTECODE: '1' };
  return promisify(execFile)(program, args, { cwd, env, maxBuffer: 1e8 }).then(
    ({ stdout }) => stdout,
    (error) => `${error.stdout}${error.stderr}`,
  );
}

describe('schemas.ts', () => {
  const place = join(folder, 'typescript');

  it('is as Biome formats and lints it, for names of any length', async () => {
    mkdirSync(place);
    writeFileSync(join(place, 'package.json'), '{\n  "type": "module"\n}\n');
    cpSync(join(project, 'templates/fastify/host/biome.json'), join(place, 'biome.json'));
    for (const [index, { typescript }] of all().entries())
      writeFileSync(join(place, `schemas-${index}.ts`), `${typescript}\n`);
    const args = [
      join(project, 'node_modules/@biomejs/biome/bin/biome'),
      'ci',
      '--vcs-enabled=false',
      '--max-diagnostics=3',
    ];
    expect(await output(process.execPath, args, place)).not.toMatch(/×|error/);
  });

  it('compiles in strict mode', async () => {
    const { compilerOptions } = JSON.parse(readFileSync(join(project, 'runtimes/node/tsconfig.build.json'), 'utf8'));
    const { rootDir: _, outDir: __, ...strict } = compilerOptions;
    const paths = { 'ai-module-runtime': [join(project, 'runtimes/node/src/index.ts')] };
    const typeRoots = [join(project, 'node_modules/@types')];
    const options = { ...strict, paths, typeRoots, noEmit: true };
    writeFileSync(join(place, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*.ts'] }));
    expect(await output(process.execPath, [join(project, 'node_modules/typescript/bin/tsc')], place)).toBe('');
  });
});

await describeWhere('schemas.py', missingPython(), async () => {
  const bin = join(await runtimeEnvironment(), 'bin');
  const place = join(folder, 'python');

  describe('schemas.py', { timeout: 300_000 }, () => {
    it('is as ruff formats and lints it, for names of any length', async () => {
      mkdirSync(place);
      const host = readFileSync(join(project, 'templates/fastapi/host/pyproject.toml.hbs'), 'utf8');
      const settings = host.slice(host.indexOf('[tool.ruff]'), host.indexOf('[tool.pytest'));
      // The files of this test are no package.
      writeFileSync(
        join(place, 'pyproject.toml'),
        settings.replace('ignore = [', 'ignore = ["INP001", ').replace(/^files = .*$/m, ''),
      );
      for (const [index, { python }] of all().entries())
        writeFileSync(join(place, `schemas_${index}.py`), `${python}\n`);
      expect(await output(join(bin, 'ruff'), ['format', '--no-cache', '--check'], place)).toMatch(
        /^\d+ files already formatted/,
      );
      expect(await output(join(bin, 'ruff'), ['check', '--no-cache'], place)).toBe('All checks passed!\n');
    });

    it('passes the strict type check', async () => {
      expect(await output(join(bin, 'mypy'), ['--cache-dir', mypyCache, '.'], place)).toMatch(
        /^Success: no issues found/,
      );
    });
  });
});
