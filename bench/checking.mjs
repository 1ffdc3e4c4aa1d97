// The second half of npm run bench: the cost of `validate` for 30, 1,000 and 10,000 manifests, compared with other
// validators, and for the code of 200 modules of each stack. Linux only, because it reads peak memory from /proc.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../', import.meta.url));
const bin = join(root, 'dist/create-ai-module.cjs');
const cache = join(root, '.cache/bench-check');
const versions = { 'ajv-cli': '5.0.0', '@sourcemeta/jsonschema': '16.11.0' };
const counts = [30, 1_000, 10_000];
const modules = 200;
/** CPU time of the first row, an empty Node process. */
let base;

await preparePeers();
const work = mkdtempSync(join(tmpdir(), 'bench-check-'));
console.log('| what | CPU ms | CPU × node -e 0 | wall ms | peak MiB |\n|---|--:|--:|--:|--:|');
const results = {};
for (const count of counts) {
  const folder = join(work, `manifests-${count}`);
  writeManifests(folder, count);
  const floor = count === 30 ? [['node -e 0', [process.execPath, '-e', '0']]] : [];
  const rows = [...floor, ...subjects(folder)];
  Object.assign(
    results,
    await inTurns(rows, (name) => (name === 'node -e 0' ? name : `${name}: ${count}`), count === 30 ? 15 : 5),
  );
}
const floor = results['node -e 0'];
const unlike = join(work, 'unlike');
writeManifests(unlike, 10_000, withFieldsOfItsOwn);
Object.assign(results, await inTurns(subjects(unlike).slice(0, 2), notAlike, 5));
for (const stack of ['fastify', 'fastapi']) results[stack] = await drift(stack);
rmSync(work, { recursive: true });

const cpuOf = (name) => results[name].cpu;
console.log('');
mark('30 manifests at most 2.0 × the CPU of node -e 0', cpuOf('validate: 30') / floor.cpu, 2);
mark('1,000 manifests at most 0.7 × the CPU of ajv-cli', cpuOf('validate: 1000') / cpuOf('ajv-cli: 1000'), 0.7);
mark('10,000 manifests at most 1.2 × the CPU of ajv-cli', cpuOf('validate: 10000') / cpuOf('ajv-cli: 10000'), 1.2);
mark('10,000 different manifests, the same', cpuOf(notAlike('validate')) / cpuOf(notAlike('ajv-cli')), 1.2);
for (const stack of ['fastify', 'fastapi'])
  mark(`code of ${stack}: at most 5 ms a source file`, results[stack].each, 5);

function mark(aim, value, limit) {
  console.log(`${value <= limit ? 'met    ' : 'not met'}  ${aim}: ${value.toFixed(2)}`);
}

function subjects(folder) {
  const schema = join(root, 'dist/manifest.schema.json');
  return [
    ['validate', [process.execPath, bin, 'validate', folder, '--no-code']],
    [
      'ajv-cli',
      [
        process.execPath,
        ...peer('ajv-cli/dist/index.js'),
        'validate',
        '--strict=false',
        '-s',
        schema,
        '-d',
        `${folder}/*/manifest.yaml`,
      ],
    ],
    ['sourcemeta', [nativeBinary(), 'validate', schema, folder, '--extension', '.yaml']],
    ['yaml + zod', [process.execPath, join(cache, 'yaml-zod.mjs'), folder]],
  ];
}

function peer(path) {
  return [join(cache, 'node_modules', path)];
}

function nativeBinary() {
  return join(
    cache,
    `node_modules/@sourcemeta/jsonschema/build/github-releases/jsonschema-linux-${process.arch === 'x64' ? 'x86_64' : 'arm64'}`,
  );
}

function notAlike(name) {
  return `${name}: 10000 that are not alike`;
}

/** Medians of several runs, one table row each. Runs rotate, so that changes in machine load affect all equally. */
async function inTurns(rows, nameOf, rounds) {
  const runs = rows.map(() => []);
  for (let round = 0; round < rounds; round += 1)
    for (const [index, [, command]] of rows.entries()) runs[index].push(await measured(command));
  const median = (of, key) => of.map((run) => run[key]).sort((a, b) => a - b)[Math.floor(rounds / 2)];
  return Object.fromEntries(
    rows.map(([name], index) => {
      const [cpu, wall, peak] = ['cpu', 'wall', 'peak'].map((key) => median(runs[index], key));
      base ??= cpu;
      const cells = [nameOf(name), cpu.toFixed(0), (cpu / base).toFixed(2), wall.toFixed(0), peak.toFixed(0)];
      console.log(`| ${cells.join(' | ')} |`);
      return [nameOf(name), { cpu, wall, peak }];
    }),
  );
}

/** Measures one process of any kind: a shell reports its CPU times, and its peak memory is read while it runs. */
function measured(command) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn('bash', ['-c', 'TIMEFORMAT="%U %S"; time "$@" > /dev/null', 'bash', ...command], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let [said, peak] = ['', 0];
    child.stderr.on('data', (text) => {
      said += text;
    });
    const watch = setInterval(() => {
      peak = Math.max(peak, peakOfChild(child.pid));
    }, 5);
    child.on('close', (code) => {
      clearInterval(watch);
      const [user, system] = said.trim().split('\n').at(-1).split(' ').map(Number);
      if (code !== 0) reject(new Error(`${command.join(' ')} ended with ${code}: ${said}`));
      else resolve({ cpu: (user + system) * 1000, wall: performance.now() - began, peak });
    });
  });
}

function peakOfChild(pid) {
  try {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    const peak = /VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${child}/status`, 'utf8'));
    return peak ? Number(peak[1]) / 1024 : 0;
  } catch {
    return 0;
  }
}

function filesOf(stack) {
  const host = mkdtempSync(join(tmpdir(), 'bench-host-'));
  writeFileSync(join(host, 'ai-modules.yaml'), `stack: ${stack}\n`);
  const flags = ['--description', 'Finds documents.', '--author', 'A Bench', '--yes', '--dry-run', '--json'];
  const output = execFileSync(process.execPath, [bin, 'new', 'document_search', ...flags, '--host', host], {
    maxBuffer: 1e8,
  });
  rmSync(host, { recursive: true });
  const { folder, changes } = JSON.parse(output.toString());
  const own = changes.filter(({ path }) => path.startsWith(`${folder}/`));
  return own.map(({ path, content }) => [path.slice(folder.length + 1), content]);
}

function writeModules(folder, files, count, change = (text) => text) {
  for (let index = 1; index <= count; index += 1) {
    const number = String(index).padStart(5, '0');
    for (const [path, text] of files) {
      const file = join(folder, `module_${number}`, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(
        file,
        change(text, index)
          .replaceAll('document_search', `module_${number}`)
          .replaceAll('DocumentSearch', `Module${number}`),
      );
    }
  }
}

/** Similar modules are faster to check. Here every list and mapping differs in each module. */
function withFieldsOfItsOwn(manifest, index) {
  const changed = manifest
    .replace('"1.0.0"', `"1.${index}.0"`)
    .replace('Finds documents.', `Finds documents of kind ${index}.`)
    .replace('"GET /admin/stats"', `$&\n  - "POST /reindex_${index}"`)
    .replace('cpu: "1"', `cpu: "${index}m"`)
    .replace('timeout_seconds: 300', `timeout_seconds: ${1 + (index % 3_600)}`);
  if (changed.split(`${index}`).length < 5)
    throw new Error('the generated manifest has changed: update this benchmark');
  return changed;
}

function writeManifests(folder, count, change) {
  writeModules(
    folder,
    filesOf('fastify').filter(([path]) => path === 'manifest.yaml'),
    count,
    change,
  );
}

/** The additional cost of checking code, per source file. */
async function drift(stack) {
  const folder = join(work, stack);
  const files = filesOf(stack);
  writeModules(folder, files, modules);
  const command = [process.execPath, bin, 'validate', folder];
  const rows = [
    [`${modules} modules of ${stack}, --no-code`, [...command, '--no-code']],
    [`${modules} modules of ${stack}`, command],
  ];
  const [without, whole] = Object.values(await inTurns(rows, (name) => name, 3));
  const sources = files.filter(([path]) => /\.(ts|py)$/.test(path) && !/^(tests|migrations)\//.test(path)).length;
  return { each: (whole.wall - without.wall) / (sources * modules) };
}

async function preparePeers() {
  mkdirSync(cache, { recursive: true });
  if (!existsSync(nativeBinary())) {
    writeFileSync(join(cache, 'package.json'), JSON.stringify({ private: true, dependencies: versions }));
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent'], { cwd: cache, stdio: 'inherit' });
  }
  await build({
    stdin: {
      contents: `import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ManifestSchema } from './src/core/manifest/schema.ts';
const folder = process.argv[2];
for (const name of readdirSync(folder)) ManifestSchema.parse(parse(readFileSync(folder + '/' + name + '/manifest.yaml', 'utf8')));`,
      resolveDir: root,
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    outfile: join(cache, 'yaml-zod.mjs'),
  });
}
