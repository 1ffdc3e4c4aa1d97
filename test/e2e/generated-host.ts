import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { builtBin } from './built-bin.ts';
import { madeOnce } from './once.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const manifests = ['document_search', 'mon_nouveau_module'].map((name) =>
  join(project, `test/fixtures/manifests/${name}.yaml`),
);

export type Stack = 'fastify' | 'fastapi';

const run = promisify(execFile);

/** A host with two modules, made by the built bin the way a user makes it, with its dependencies installed. */
export async function generatedHost(stack: Stack): Promise<string> {
  const bin = await builtBin();
  const folder = join(project, '.cache/generated', `${stack}-${basename(dirname(bin))}`);
  return madeOnce(folder, async (draft) => {
    rmSync(draft, { recursive: true });
    await run(process.execPath, [bin, 'host', 'init', draft, '--stack', stack, '--yes']);
    for (const manifest of manifests) {
      await run(process.execPath, [bin, 'new', '--from', manifest, '--host', draft, '--author', 'A Tester', '--yes']);
    }
    await install[stack](draft);
  });
}

/** The interpreter that a generated FastAPI host runs with. */
export function pythonOf(host: string): string {
  return join(host, '.venv/bin/python');
}

export const hasTemplates = (stack: Stack): boolean => existsSync(join(project, 'templates', stack, 'pack.yaml'));

/** What is installed depends on one file alone, and is shared by all hosts that have it. */
const install: Readonly<Record<Stack, (host: string) => Promise<void>>> = {
  fastify: async (host) => {
    const installed = await madeOnce(
      join(project, '.cache/installed', `npm-${hashOf(join(host, 'package.json'))}`),
      async (draft) => {
        await run('cp', [join(host, 'package.json'), draft]);
        await run('npm', ['install', '--no-audit', '--no-fund'], { cwd: draft, maxBuffer: 1e8 });
      },
    );
    symlinkSync(join(installed, 'node_modules'), join(host, 'node_modules'), 'dir');
  },
  fastapi: async (host) => {
    const installed = await madeOnce(
      join(project, '.cache/installed', `pip-${hashOf(join(host, 'pyproject.toml'))}`),
      async (draft) => {
        await run('cp', [join(host, 'pyproject.toml'), draft]);
        // A virtual environment knows its own path: it is made where it stays.
        const place = draft.replace(/\.draft$/, '.venv');
        await run('python3', ['-m', 'venv', '--clear', place]);
        await run(
          join(place, 'bin/pip'),
          [
            'install',
            '--quiet',
            '--disable-pip-version-check',
            ...(await dependenciesOf(join(host, 'pyproject.toml'))),
          ],
          { maxBuffer: 1e8 },
        );
        symlinkSync(place, join(draft, '.venv'), 'dir');
      },
    );
    symlinkSync(join(installed, '.venv'), join(host, '.venv'), 'dir');
  },
};

const printDependencies = [
  'import sys, tomllib',
  "project = tomllib.load(open(sys.argv[1], 'rb'))['project']",
  "print('\\n'.join(sum(project.get('optional-dependencies', {}).values(), project['dependencies'])))",
].join('\n');

/** What the project and its extras need, as pip takes it. */
async function dependenciesOf(file: string): Promise<string[]> {
  const { stdout } = await run('python3', ['-c', printDependencies, file]);
  return stdout.trim().split('\n');
}

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16);
}
