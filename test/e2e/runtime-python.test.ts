import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { contractOf } from '../../src/core/manifest/contract.ts';
import { type Manifest, ManifestSchema } from '../../src/core/manifest/schema.ts';
import { goodManifest } from '../core/manifest/good-manifest.ts';
import { mutate } from '../core/manifest/mutants.ts';
import { candidateManifest, Draw, randomManifest } from '../core/pack/random-manifest.ts';
import { draws, eachSeed, isNightly } from '../draws.ts';
import { describeWhere, missingPython } from './needs.ts';
import { mypyCache, newestEnvironment, oldestEnvironment, runtimeEnvironment } from './python-tools.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const runtime = join(project, 'runtimes/python');

/** Reads each manifest of a JSON file as a module's manifest.yaml, and prints the fingerprint of its types. */
const readManifests = `import json, pathlib, sys, tempfile
sys.path.insert(0, 'src')
from ai_module_runtime.modules.manifest import ModuleMetadata, read_manifest
folder = pathlib.Path(tempfile.mkdtemp())
manifests = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding='utf-8'))
for manifest in manifests:
    (folder / 'manifest.yaml').write_text(json.dumps(manifest), encoding='utf-8')
    read_manifest(folder)
    # YAML reads the surrogates of JSON one by one.
    print(ModuleMetadata.model_validate(manifest).fingerprint)`;

await describeWhere('the Python runtime', missingPython(), async () => {
  const environment = await runtimeEnvironment();

  if (isNightly)
    it.each([
      ['oldest', oldestEnvironment],
      ['newest', newestEnvironment],
    ])(
      'passes its own tests with the %s versions of its dependencies',
      { timeout: 1_800_000 },
      async (_name, createEnvironment) => {
        const python = join(await createEnvironment(), 'bin/python');
        // Other versions cause deprecation warnings.
        const args = ['-m', 'pytest', '-q', '-o', 'filterwarnings=default', '-p', 'no:cacheprovider'];
        // Old versions of pytest load plugins before they read `pythonpath`.
        const env = { ...process.env, PYTHONPATH: 'src' };
        const { stdout } = await promisify(execFile)(python, args, { cwd: runtime, env, maxBuffer: 1e8 }).catch(
          (error) => {
            throw new Error(`${error.stdout}${error.stderr}`);
          },
        );
        expect(stdout).toMatch(/^\d+ passed/m);
      },
    );

  /** The output of a tool in the runtime's folder. Throws with the output if the tool fails. */
  async function tool(name: string, ...args: string[]): Promise<string> {
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', MYPY_CACHE_DIR: mypyCache };
    const options = { cwd: runtime, env, maxBuffer: 1e8 };
    const { stdout } = await promisify(execFile)(join(environment, 'bin', name), args, options).catch((error) => {
      throw new Error(`${name} ${args.join(' ')}: ${error.stdout}${error.stderr}`);
    });
    return stdout;
  }

  async function fingerprints(manifests: readonly unknown[]): Promise<string[]> {
    const file = join(mkdtempSync(join(tmpdir(), 'manifests-')), 'manifests.json');
    writeFileSync(file, JSON.stringify(manifests));
    return (await tool('python', '-c', readManifests, file)).trimEnd().split('\n');
  }

  describe('the Python runtime', { timeout: 1_800_000 }, () => {
    it('has no lint errors', () => tool('ruff', 'check', '--no-cache'));

    it('is formatted', () => tool('ruff', 'format', '--no-cache', '--check'));

    it('passes its strict type check', () => tool('mypy', '--strict'));

    it(`accepts every manifest that the tool accepts, also among ${draws.manifestMutants * 8} mutants`, async () => {
      const accepted: unknown[] = [
        goodManifest('notes', { resources: { cpu: 2, memory: 1_000_000, max_concurrent_jobs: 3 } as never }),
      ];
      await eachSeed(draws.manifestMutants, (seed) => {
        const draw = new Draw(seed);
        const manifest = candidateManifest(draw) as object;
        for (let times = 0; times < 8; times += 1) {
          const mutant = structuredClone(manifest);
          mutate(draw, mutant);
          if (ManifestSchema.safeParse(mutant).success) accepted.push(mutant);
        }
      });
      expect((await fingerprints(accepted)).length).toBe(accepted.length);
    });

    it('accepts every manifest with types that the tool accepts, with the same fingerprint', async () => {
      const manifests: Manifest[] = [];
      await eachSeed(draws.quickChecks, (seed) => {
        manifests.push(randomManifest(2 * seed));
      });
      expect(await fingerprints(manifests)).toEqual(
        manifests.map((manifest) => contractOf(manifest).fingerprint() ?? 'None'),
      );
    });

    it('passes its own tests, with warnings as errors', async () => {
      expect(await tool('python', '-m', 'pytest', '-q', '-W', 'error', '-p', 'no:cacheprovider')).toMatch(
        /^\d+ passed/m,
      );
    });
  });
});
