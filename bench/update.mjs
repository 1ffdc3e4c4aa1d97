// npm run bench:update: `update` of 1, 100 and 1,000 modules as whole processes, and of one module with copier.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measure } from './measure.mjs';
import { pythonPrograms } from './update-peers/python.mjs';
import { copier } from './update-peers/tools.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const bin = join(root, 'dist/create-ai-module.cjs');
const rounds = Number(process.argv[2] ?? 3);
const scratch = mkdtempSync(join(tmpdir(), 'bench-update-'));
const modulesIn = (host) => join(host, 'src/ai/modules');
const namesIn = (host) => readdirSync(modulesIn(host)).filter((name) => name.startsWith('module_'));
const run = (...args) => execFileSync(process.execPath, [bin, ...args, '--yes'], { stdio: 'pipe', maxBuffer: 1e9 });

try {
  const results = measure([{ name: 'node -e 0', argv: ['-e', '0'], cwd: scratch }, ...subjects()], rounds);
  report(results, copierSeconds());
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function subjects() {
  const newer = newerPack(join(scratch, 'newer'));
  const seed = join(scratch, 'seed');
  writeHost(seed);
  run('new', 'module_0000', '--host', seed, '--description', 'Keeps notes.', '--author', 'A Bench');
  return [1, 100, 1000].flatMap((count) => {
    const clean = join(scratch, `clean-${count}`);
    multiply(seed, clean, count);
    return [
      subject(clean, 'nothing to do', [], () => {}),
      subject(clean, 'an edit of each manifest', [], (module) =>
        edit(join(module, 'manifest.yaml'), 'Keeps notes.', 'Keeps many notes.'),
      ),
      subject(clean, 'a new version of the pack, over edited files', ['--stack', newer], (module) =>
        edit(join(module, 'service.ts'), '\n', '\n// Mine.\n'),
      ),
    ];
  });
}

/** Restores the same files before each run, as hard links: `update` replaces files and never writes into them. */
function subject(clean, name, args, editModule) {
  const host = `${clean}-work`;
  const count = namesIn(clean).length;
  return {
    name: `${count}: ${name}`,
    argv: [bin, 'update', '--yes', '--host', host, ...args],
    cwd: scratch,
    prepare() {
      rmSync(host, { recursive: true, force: true });
      execFileSync('cp', ['-al', clean, host]);
      for (const module of namesIn(host)) editModule(join(modulesIn(host), module));
    },
  };
}

function writeHost(folder) {
  run('host', 'init', folder, '--stack', 'fastify');
}

/** A host with `count` modules, each as `new` would write it. */
function multiply(seed, folder, count) {
  writeHost(folder);
  for (let number = 0; number < count; number += 1) {
    const digits = String(number).padStart(4, '0');
    const module = join(modulesIn(folder), `module_${digits}`);
    cpSync(join(modulesIn(seed), 'module_0000'), module, { recursive: true });
    for (const entry of readdirSync(module, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) edit(join(entry.parentPath, entry.name), /([mM]odule[_ ]?|MODULE_)0000/g, `$1${digits}`);
  }
  run('update', '--host', folder);
  run('update', '--host', folder, '--check');
}

function edit(file, from, to) {
  writeFileSync(`${file}.edited`, readFileSync(file, 'utf8').replace(from, to));
  renameSync(`${file}.edited`, file);
}

/** A newer version of the bundled pack: every source file of a module has one more line. */
function newerPack(folder) {
  cpSync(join(root, 'templates/fastify'), folder, { recursive: true });
  edit(join(folder, 'pack.yaml'), 'version: 1.0.0', 'version: 1.1.0');
  for (const name of readdirSync(join(folder, 'module')).filter((file) => file.endsWith('.ts.hbs')))
    writeFileSync(join(folder, 'module', name), `${readFileSync(join(folder, 'module', name), 'utf8')}// Newer.\n`);
  return folder;
}

/** The median seconds of `copier update` for one module with the same files, upgrade and edit. */
function copierSeconds() {
  const module = join(modulesIn(join(scratch, 'seed')), 'module_0000');
  const files = Object.fromEntries(
    readdirSync(module, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => [name, readFileSync(join(module, name), 'utf8')]),
  );
  const newer = Object.entries(files).map(([name, text]) => [name, name.endsWith('.ts') ? `${text}// Newer.\n` : text]);
  const times = Array.from({ length: rounds }, (_, round) => {
    const place = mkdtempSync(join(scratch, `copier-${round}-`));
    const test = { before: files, after: Object.fromEntries(newer) };
    const { folder, save, update } = copier(pythonPrograms(join(root, '.cache/bench-python'))).set(place, test);
    edit(join(folder, 'service.ts'), '\n', '\n// Mine.\n');
    save();
    const began = process.hrtime.bigint();
    if (update() !== 0) throw new Error('copier update failed');
    return Number(process.hrtime.bigint() - began) / 1e9;
  });
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
}

function report(results, copierTime) {
  console.log(`${rounds} rounds in turns, medians (Node ${process.version})\n`);
  console.log('| modules | wall s | CPU s | ms a module | peak MiB |\n|---|--:|--:|--:|--:|');
  for (const [name, { wall, cpu, rss }] of results) {
    const each = name.includes(':') ? (wall / Number.parseInt(name, 10)).toFixed(2) : '';
    console.log(`| ${name} | ${(wall / 1000).toFixed(2)} | ${(cpu / 1000).toFixed(2)} | ${each} | ${rss.toFixed(0)} |`);
  }
  console.log(`| copier update, 1 module: a new version, over an edited file | ${copierTime.toFixed(2)} | | | |\n`);
  const idle = results.get('1000: nothing to do');
  const upgrade = results.get('1000: a new version of the pack, over edited files').wall / 1000 / 1000;
  mark('1,000 modules with nothing to do in at most 3 s', idle.wall / 1000, idle.wall <= 3000);
  mark('… and 200 MiB', idle.rss, idle.rss <= 200);
  mark('a module upgraded at least 100 × faster than by copier', copierTime / upgrade, copierTime / upgrade >= 100);
}

function mark(aim, value, isMet) {
  console.log(`${isMet ? 'met    ' : 'not met'}  ${aim}: ${value.toFixed(2)}`);
}
