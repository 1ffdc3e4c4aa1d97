// Builds the runtimes into dist/runtimes/ or the given folder: the npm tarball and the wheel that hosts get. A build is
// kept in .cache/ by the hash of its sources, and used again while they are unchanged.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  chmod,
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { buildConsole } from './build-console.mjs';
import { importSource } from './import-source.mjs';

const project = fileURLToPath(new URL('../', import.meta.url));
const { pythonVersion, toolVersion } = await importSource(
  ['src/core/pack/runtime/runtime.ts'],
  // Builds may run at the same time.
  `runtimes-${process.pid}`,
);
const hatchling = 'hatchling==1.33.0';
/** The date of all files in an archive: 2020-02-02, as in wheels of hatchling. */
const date = '1580601600';
/** What tools create beside the sources. */
const notSources = new Set(
  'api.md node_modules dist .cache .venv __pycache__ .mypy_cache .pytest_cache .ruff_cache coverage .data'.split(' '),
);

const builders = { node: buildNode, python: buildPython };

/**
 * Writes the archives of `<root>/runtimes` to `out`, all or those in `names`. Skips a runtime without sources, and the
 * wheel without Python.
 */
export async function buildRuntimes(out, root = project, names = Object.keys(builders)) {
  const umask = process.umask(0o022);
  await mkdir(out, { recursive: true });
  await buildConsole(root);
  for (const name of names) {
    if (!existsSync(join(root, 'runtimes', name))) continue;
    const archive = await cached(root, name, builders[name]);
    if (archive !== undefined) await copyFile(archive, join(out, basename(archive)));
  }
  // For revisions of attached applications.
  await cp(join(root, 'runtimes/sql'), join(out, 'sql'), { recursive: true });
  process.umask(umask);
}

/** The archive in the cache, built if it is missing. Several processes may build the same one. */
async function cached(root, name, build) {
  const cache = join(root, '.cache/runtimes');
  const folder = join(cache, `${name}-${await hashOf(root, name)}`);
  if (!existsSync(folder)) {
    await mkdir(cache, { recursive: true });
    const draft = await mkdtemp(join(cache, 'draft-'));
    try {
      if (!(await build(root, draft))) return undefined;
      await rename(join(draft, 'archive'), folder).catch((error) => {
        if (!existsSync(folder)) throw error;
      });
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }
  const [file] = await readdir(folder);
  return join(folder, file);
}

async function hashOf(root, name) {
  const hash = createHash('sha256').update(await readFile(fileURLToPath(import.meta.url)));
  for (const file of await sourcesOf(root, name))
    hash.update(`${file}\0`).update(await readFile(join(root, 'runtimes', file)));
  return hash.digest('hex').slice(0, 16);
}

/** The sources of a runtime and what the runtimes share, such as the SQL, sorted. Paths start in `runtimes/`. */
async function sourcesOf(root, name) {
  const all = await filesBelow(join(root, 'runtimes'));
  return all.filter(
    (path) => path.startsWith(`${name}/`) || !Object.keys(builders).some((other) => path.startsWith(`${other}/`)),
  );
}

async function filesBelow(folder) {
  const entries = (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !notSources.has(name));
  const lists = await Promise.all(
    entries.map(async (entry) =>
      entry.isDirectory()
        ? (await filesBelow(join(folder, entry.name))).map((path) => `${entry.name}/${path}`)
        : [entry.name],
    ),
  );
  return lists.flat().sort();
}

/** Copies the sources, so that nothing else gets into the archive and the checkout's file modes do not matter. */
async function copySources(root, name, draft) {
  for (const path of await sourcesOf(root, name)) {
    const [from, to] = [join(root, 'runtimes', path), join(draft, 'runtimes', path)];
    await mkdir(dirname(to), { recursive: true });
    await copyFile(from, to);
    await chmod(to, (await stat(from)).mode & 0o100 ? 0o755 : 0o644);
  }
  await mkdir(join(draft, 'archive'));
  return join(draft, 'runtimes', name);
}

async function buildNode(root, draft) {
  const source = join(root, 'runtimes/node');
  assertVersion(source, JSON.parse(await readFile(join(source, 'package.json'), 'utf8')).version, toolVersion);
  const folder = await copySources(root, 'node', draft);
  // Without packages of its own, the runtime is built with those of the project, in a folder above.
  const lock = join(source, 'package-lock.json');
  if (existsSync(lock)) {
    // npm writes it last. It is older than the lock file after a pull that changes the dependencies.
    const installed = join(source, 'node_modules/.package-lock.json');
    if (!existsSync(installed) || (await stat(installed)).mtimeMs < (await stat(lock)).mtimeMs)
      await run('npm', ['install', '--ignore-scripts', '--no-save'], source);
    await symlink(join(source, 'node_modules'), join(folder, 'node_modules'), 'junction');
  }
  await run('npm', ['run', '--silent', 'build'], folder);
  await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', join(draft, 'archive')], folder);
  return true;
}

async function buildPython(root, draft) {
  const python = await pythonWith(hatchling);
  if (python === undefined) {
    const note =
      'Python 3.11 or newer is missing: the wheel was not built, and this build cannot create FastAPI hosts.';
    process.stderr.write(`\n!!! ${note}\n\n`);
    return false;
  }
  const folder = await copySources(root, 'python', draft);
  const file = join(folder, 'pyproject.toml');
  const text = await readFile(file, 'utf8');
  const version = /^version = "([^"+]+)"$/m.exec(text)?.[1];
  assertVersion(join(root, 'runtimes/python'), version, pythonVersion(toolVersion));
  // An index accepts no local version: no package of an index can be mistaken for this one.
  await writeFile(file, text.replace(/^version = ".*"$/m, `version = "${version}+vendored"`));
  await run(python, ['-m', 'hatchling', 'build', '-t', 'wheel', '-d', join(draft, 'archive')], folder);
  return true;
}

/** Python with a package (`name==version`) in a virtual environment in the cache; `undefined` without Python. */
export async function pythonWith(requirement) {
  const folder = join(project, '.cache', requirement.replace('==', '-'));
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  if (existsSync(python)) return python;
  const command = await findPython();
  if (command === undefined) return undefined;
  const draft = await mkdtemp(`${folder}-`);
  await run(command, ['-m', 'venv', draft], project);
  await run(python.replace(folder, draft), ['-m', 'pip', 'install', '--quiet', requirement], project);
  await rename(draft, folder).catch(async (error) => {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  });
  return python;
}

async function findPython() {
  for (const command of ['python3', 'python', 'python3.13', 'python3.12', 'python3.11']) {
    const test = 'import sys, venv; sys.exit(sys.version_info < (3, 11))';
    if ((await execa(command, ['-c', test], { reject: false })).exitCode === 0) return command;
  }
  return undefined;
}

function assertVersion(folder, version, expected) {
  if (version !== expected) throw new Error(`${folder} has version ${version}, but the tool needs ${expected}`);
}

async function run(command, args, cwd) {
  const env = { SOURCE_DATE_EPOCH: date, TZ: 'UTC', npm_config_update_notifier: 'false' };
  const { exitCode, all, message } = await execa(command, args, { cwd, env, all: true, reject: false });
  if (exitCode !== 0) throw new Error(`${message}\n${all}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [out = 'dist/runtimes', root = project] = process.argv.slice(2);
  await buildRuntimes(resolve(out), resolve(root));
}
