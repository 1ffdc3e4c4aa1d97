// npm run bench:hosts [-- starts jobs]: embedded hosts of version 0.1.0 beside those of this version: the second start until
// it answers, the memory of host and database, jobs per second from the request to the result, the files of a new host,
// and the lines of the runtime, which are in the host in 0.1. Linux only.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const [starts = 5, jobs = 1000] = process.argv.slice(2).map(Number);
const clients = 16;
const scratch = mkdtempSync(join(tmpdir(), 'bench-hosts-'));

const node = (script) => [process.execPath, '--import', 'tsx', script];
const stacks = {
  fastify: {
    install: 'npm install --no-audit --no-fund',
    start: node('src/main.ts'),
    token: node('scripts/token.ts'),
    old: 'src',
    now: 'runtimes/node/src',
  },
  fastapi: {
    install: `python3 -m venv .venv
      if [ -f requirements.txt ]; then set -- -r requirements.txt; else set -- -e '.[dev]'; fi
      .venv/bin/pip install --quiet "$@"`,
    start: ['.venv/bin/python', '-m', 'app'],
    token: ['.venv/bin/python', '-m', 'app.token'],
    old: 'app',
    now: 'runtimes/python/src',
  },
};

try {
  execFileSync('tar', ['-xzf', join(root, 'test/fixtures/releases/create-ai-module-0.1.0.tgz'), '-C', scratch]);
  const bins = {
    '0.1.0': join(scratch, 'package/dist/create-ai-module.cjs'),
    now: join(root, 'dist/create-ai-module.cjs'),
  };
  const rows = [];
  for (const stack of Object.keys(stacks))
    for (const [version, bin] of Object.entries(bins)) {
      const row = await measure(stack, version, bin);
      console.error(row.join(', '));
      rows.push(row);
    }
  console.log(`Medians of ${starts} starts; ${jobs} jobs by ${clients} clients; Node ${process.version}\n`);
  console.log('| host | second start s | PSS MB | jobs/s | files | lines of the runtime |\n|---|--:|--:|--:|--:|--:|');
  for (const row of rows) console.log(`| ${row.join(' | ')} |`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function measure(stack, version, bin) {
  const { install, token, old, now } = stacks[stack];
  const host = join(scratch, `${stack}-${version}`);
  const tool = (...args) => execFileSync(process.execPath, [bin, ...args, '--yes'], { stdio: 'pipe' });
  tool('host', 'init', host, '--stack', stack);
  const files = filesBelow(host).length;
  const lines =
    version === 'now' ? linesIn(join(root, now)) + linesIn(join(root, 'runtimes/sql')) : linesIn(join(host, old));
  tool('new', 'notes', '--host', host, '--description', 'Keeps notes.', '--author', 'A Bench');
  execFileSync('sh', ['-ec', install], { cwd: host, stdio: ['ignore', 'ignore', 'inherit'] });

  const dataDir = join(host, '.data');
  // The first start creates the database.
  await (await start(stack, host)).stop();
  const seconds = [];
  for (let round = 1; ; round += 1) {
    const { pid, url, duration, stop } = await start(stack, host);
    seconds.push(duration);
    if (round < starts) {
      await stop();
      continue;
    }
    try {
      const memory = pssOf(pid, dataDir) / 1000;
      const [program, ...args] = [...token, 'ann', '--permission', 'notes:*'];
      const bearer = execFileSync(program, args, { cwd: host, encoding: 'utf8' }).trim();
      const rate = await jobsPerSecond(`${url}/api/v1/modules/notes`, bearer);
      return [`${stack} ${version}`, median(seconds).toFixed(2), memory.toFixed(0), rate.toFixed(0), files, lines];
    } finally {
      await stop();
    }
  }
}

/** Starts a host, and returns how many seconds it took until /health answered 200. */
async function start(stack, host) {
  const [program, ...args] = stacks[stack].start;
  const began = performance.now();
  const env = { ...process.env, HOST: '127.0.0.1', PORT: '0', PYTHONUNBUFFERED: '1' };
  const child = spawn(program, args, { cwd: host, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((done) => child.on('close', done));
  let output = '';
  const listening = new Promise((done, fail) => {
    const read = (chunk) => {
      output += chunk;
      const [, url] = /listening on (http:\/\/[\d.]+:\d+)/.exec(output) ?? [];
      if (url) done(url);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    ended.then(() => fail(new Error(`${host} ended: ${output}`)));
  });
  const url = await listening;
  while ((await fetch(`${url}/health`)).status !== 200) await sleep(5);
  return {
    pid: child.pid,
    url,
    duration: (performance.now() - began) / 1000,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** The proportional set size in kB of a process, those below it, and those that work in the data folder. */
function pssOf(pid, dataDir) {
  const parents = new Map(processes().map((id) => [id, Number(/^PPid:\s+(\d+)/m.exec(procFile(id, 'status'))?.[1])]));
  const belongs = (id) =>
    id === pid || (parents.has(id) && belongs(parents.get(id))) || folderOf(id).startsWith(dataDir);
  const sizes = [...parents.keys()]
    .filter(belongs)
    .map((id) => /^Pss:\s+(\d+)/m.exec(procFile(id, 'smaps_rollup'))?.[1]);
  return sizes.reduce((total, size) => total + Number(size ?? 0), 0);
}

function processes() {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

/** A process may end at any time. */
function procFile(id, name) {
  try {
    return readFileSync(`/proc/${id}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

function folderOf(id) {
  try {
    return readlinkSync(`/proc/${id}/cwd`);
  } catch {
    return '';
  }
}

/** Clients send jobs one after the other; the time ends when the last job has its result. */
async function jobsPerSecond(url, bearer) {
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ input_data: { text: 'a few words' } });
  const ids = [];
  const began = performance.now();
  const client = async () => {
    while (ids.length < jobs) {
      const place = ids.push(undefined) - 1;
      for (;;) {
        const answer = await fetch(`${url}/process`, { method: 'POST', headers, body });
        const { job_id: id } = await answer.json();
        ids[place] = id;
        if (answer.status === 202) break;
        // The user has as many unfinished jobs as the module allows.
        if (answer.status !== 429) throw new Error(`POST ${url}/process was answered with ${answer.status}`);
        await sleep(5);
      }
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  for (const id of ids)
    for (;;) {
      const { status } = await (await fetch(`${url}/status/${id}`, { headers })).json();
      if (status === 'completed') break;
      if (status !== 'pending' && status !== 'processing') throw new Error(`a job is ${status}`);
      await sleep(5);
    }
  return jobs / ((performance.now() - began) / 1000);
}

function filesBelow(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []));
}

function linesIn(folder) {
  const sources = filesBelow(folder).filter((file) => /\.(ts|py|sql|mako)$/.test(file));
  return sources.reduce((total, file) => total + readFileSync(file, 'utf8').split('\n').length - 1, 0);
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
