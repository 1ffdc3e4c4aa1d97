import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { madeOnce } from './once.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const builds = join(project, '.cache/bin');
const sources = ['docs/schema', 'package.json', 'runtimes', 'scripts', 'src', 'templates'];
/** What tools create in the folders of the runtimes. */
const notSources = /^(node_modules|dist|coverage|__pycache__|\.\w+)$/;

let building: Promise<string> | undefined;

/**
 * The bundled bin of the current source, built once for all test files. Its folder is named after a hash of the source,
 * so that parallel runs do not replace each other's bin.
 */
export function builtBin(): Promise<string> {
  building ??= build();
  return building;
}

/** Variables for a shell in which `npx create-ai-module` is the built bin. They need a file in `scratch`. */
export async function npxOfBin(scratch: string): Promise<NodeJS.ProcessEnv> {
  const prefix = join(scratch, 'prefix');
  const bin = join(prefix, 'bin/create-ai-module');
  mkdirSync(join(prefix, 'bin'), { recursive: true });
  writeFileSync(bin, `#!/bin/sh\nexec "${process.execPath}" "${await builtBin()}" "$@"\n`);
  chmodSync(bin, 0o755);
  // npx prefers a globally installed package to the registry.
  return { npm_config_prefix: prefix };
}

async function build(): Promise<string> {
  prune();
  const folder = await madeOnce(join(builds, fingerprint()), async (draft) => {
    await promisify(execFile)(process.execPath, [join(project, 'scripts/build.mjs'), draft], { cwd: project });
  });
  return join(folder, 'create-ai-module.cjs');
}

function fingerprint(): string {
  const hash = createHash('sha256');
  for (const source of sources) if (existsSync(join(project, source))) addTo(hash, source);
  return hash.digest('hex').slice(0, 16);
}

function addTo(hash: ReturnType<typeof createHash>, path: string): void {
  const absolute = join(project, path);
  if (!statSync(absolute).isDirectory()) hash.update(`${path}\0`).update(readFileSync(absolute));
  else for (const name of readdirSync(absolute).sort()) if (!notSources.test(name)) addTo(hash, `${path}/${name}`);
}

/** Removes builds that are older than an hour. A parallel process may remove them too. */
function prune(): void {
  for (const name of existsSync(builds) ? readdirSync(builds) : []) {
    const path = join(builds, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat !== undefined && Date.now() - stat.mtimeMs > 3_600_000) rmSync(path, { recursive: true, force: true });
  }
}
