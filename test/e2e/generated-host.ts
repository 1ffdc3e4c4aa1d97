import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { builtBin } from './built-bin.ts';
import { madeOnce } from './once.ts';
import { dependenciesOf, pythonEnvironment } from './python-tools.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const ordinary = ['document_search', 'mon_nouveau_module'].map((name) =>
  join(project, `test/fixtures/manifests/${name}.yaml`),
);

export type Stack = 'fastify' | 'fastapi';

const run = promisify(execFile);

/**
 * A host with modules, created by the built bin, with its dependencies installed. It has two ordinary modules, or those
 * of other `manifests` under another `name`.
 */
export async function generatedHost(stack: Stack, name = 'two', manifests = ordinary): Promise<string> {
  const bin = await builtBin();
  const folder = join(project, '.cache/generated', `${stack}-${name}-${basename(dirname(bin))}`);
  return madeOnce(folder, async (draft) => {
    rmSync(draft, { recursive: true });
    await run(process.execPath, [bin, 'host', 'init', draft, '--stack', stack, '--yes']);
    for (const manifest of manifests) {
      await run(process.execPath, [bin, 'new', '--from', manifest, '--host', draft, '--author', 'A Tester', '--yes']);
    }
    await installHost(stack, draft);
  });
}

/** The Python interpreter of a generated FastAPI host. */
export function pythonOf(host: string): string {
  return join(host, '.venv/bin/python');
}

/** Installs the dependencies of a host. Installed packages are shared by all hosts with the same dependencies. */
export function installHost(stack: Stack, host: string): Promise<void> {
  return install[stack](host);
}

const install: Readonly<Record<Stack, (host: string) => Promise<void>>> = {
  fastify: async (host) => {
    const { name: _ofTheFolder, ...wanted } = JSON.parse(readFileSync(join(host, 'package.json'), 'utf8'));
    const archives = archivesIn(host);
    const contents = archives.map((path) => readFileSync(path, 'base64'));
    const installed = await madeOnce(installedIn('npm', JSON.stringify([wanted, contents])), async (draft) => {
      writeFileSync(join(draft, 'package.json'), JSON.stringify(wanted));
      for (const path of archives) cpSync(path, join(draft, 'vendor', basename(path)));
      await run('npm', ['install', '--no-audit', '--no-fund'], { cwd: draft, maxBuffer: 1e8 });
      // Fails if the lock file is incomplete, as it is in version 0.1: the Dockerfile and the CI workflow run npm ci.
      if (archives.length > 0)
        await run('npm', ['ci', '--dry-run', '--no-audit', '--no-fund'], { cwd: draft, maxBuffer: 1e8 });
    });
    symlinkSync(join(installed, 'node_modules'), join(host, 'node_modules'), 'dir');
  },
  fastapi: async (host) => {
    const { python, packages } = await dependenciesOf(join(host, 'pyproject.toml'));
    const archives = archivesIn(host);
    const bytes = archives.map((path) => readFileSync(path, 'base64'));
    const folder = installedIn('pip', JSON.stringify([python, packages, bytes]));
    symlinkSync(await pythonEnvironment(folder, [...archives, ...packages]), join(host, '.venv'), 'dir');
  },
};

/** Hosts of version 0.1 have none. */
function archivesIn(host: string): string[] {
  const vendor = join(host, 'vendor');
  return existsSync(vendor) ? readdirSync(vendor).map((name) => join(vendor, name)) : [];
}

function installedIn(manager: string, wanted: string): string {
  const hash = createHash('sha256').update(wanted).digest('hex').slice(0, 16);
  return join(project, '.cache/installed', `${manager}-${hash}`);
}
