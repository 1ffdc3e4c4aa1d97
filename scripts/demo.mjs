// Runs the whole workflow: a host, a module, a job and its result. Prints every command so that it can be pasted.
import { spawn } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const bin = join(root, 'dist/create-ai-module.cjs');
const example = join(root, 'examples/text_insights');
const { written } = JSON.parse(readFileSync(join(root, 'examples/examples.json'), 'utf8')).text_insights;
const scratch = mkdtempSync(join(tmpdir(), 'create-ai-module-demo-'));
const host = join(scratch, 'host');
const text =
  'Acme said on 12 March 2026 that it will buy Globex for $2.5 billion. The deal is a wonderful outcome for shareholders! Critics in Berlin fear job losses.';
const isTty = process.stderr.isTTY === true;
let server;
let place = process.cwd();

process.once('SIGINT', () => end(130));
process.once('SIGTERM', () => end(143));
try {
  await demo();
  await end(0);
} catch (error) {
  console.error(`\nThe demo failed: ${error.message}`);
  await end(1);
}

async function demo() {
  step('A host application, and its dependencies');
  await run(['node', bin, 'host', 'init', 'host', '--stack', 'fastify', '--yes'], { cwd: scratch });
  await run(['npm', 'install', '--no-audit', '--no-fund'], { cwd: host, quiet: true });

  step('A module from its manifest, and the packages it names');
  await run(['node', bin, 'new', '--from', join(example, 'manifest.yaml'), '--yes'], { cwd: host });
  await run(
    ['npm', 'install', '--save-exact', '--no-audit', '--no-fund', ...packagesOf(join(example, 'manifest.yaml'))],
    { cwd: host, quiet: true },
  );

  step('What the manifest says about its result');
  print("sed -n '/^output:/,/^$/p' src/ai/modules/text_insights/manifest.yaml", host);
  const manifest = readFileSync(join(host, 'src/ai/modules/text_insights/manifest.yaml'), 'utf8');
  console.log(/^output:\n.*?(?=\n\n)/ms.exec(manifest)?.[0]);

  step('The hand-written part: the provider, here based on wink-nlp');
  for (const file of written) {
    const target = join(host, 'src/ai/modules/text_insights', file);
    print(`cp ${join(example, file)} ${relative(host, target)}`, host);
    cpSync(join(example, file), target);
  }

  step('The host, on an embedded database and a free port');
  const base = await start();
  const permissions = ['create', 'read'].flatMap((verb) => ['--permission', `text_insights:${verb}`]);
  const tokenCommand = ['npm', 'run', '--silent', 'token', '--', 'alice', ...permissions];
  const printed = `TOKEN=$(DATA_DIR=${process.env.DATA_DIR} ${tokenCommand.join(' ')})`;
  const token = (await run(tokenCommand, { cwd: host, quiet: true, printed })).trim();

  step('A job');
  const module = `${base}/api/v1/modules/text_insights`;
  const job = await call(token, 'POST', `${module}/process`, { input_data: { text } });
  show(job);
  const ended = await follow(token, `${module}/status/${job.job_id}`);
  if (ended.status !== 'completed') throw new Error(`the job is ${ended.status}: ${ended.error_code}`);
  show(await call(token, 'GET', `${module}/result/${job.job_id}`));

  step('The manifest');
  // The module subscribes to an event that this host does not emit. The list of host events is last in the file.
  appendFileSync(join(host, 'ai-modules.yaml'), '  - transcription.completed\n');
  await run(['node', bin, 'validate'], { cwd: host });
}

function step(title) {
  console.log(`\n# ${title}`);
}

function show(value) {
  console.log(JSON.stringify(value, null, 2));
}

/** Prints a command, after a `cd` if its folder differs from the previous one. */
function print(command, cwd) {
  if (cwd !== place) console.log(`$ cd ${quoted(cwd)}`);
  place = cwd;
  console.log(`$ ${command}`);
}

/** Runs a command and prints its output, or only its progress if `quiet`. Throws if it fails. */
async function run(argv, { cwd, quiet = false, printed = argv.map(quoted).join(' ') }) {
  print(printed, cwd);
  const began = Date.now();
  const child = spawn(argv[0] === 'node' ? process.execPath : argv[0], argv.slice(1), {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
    if (!quiet) process.stdout.write(chunk);
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
    if (!quiet) process.stderr.write(chunk);
  });
  const progress = quiet ? setInterval(() => tell(began), 1000) : undefined;
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  clearInterval(progress);
  if (quiet && isTty) process.stderr.write('\r\u001b[K');
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}\n${quiet ? output + errors : ''}`);
  return output;
}

function tell(began) {
  const seconds = Math.round((Date.now() - began) / 1000);
  if (isTty) process.stderr.write(`\r${seconds} s …`);
  else if (seconds % 10 === 0) process.stderr.write(`${seconds} s …\n`);
}

/** Starts the host and waits for the log line with its address. */
async function start() {
  const env = { ...process.env, HOST: '127.0.0.1', PORT: '0', DATA_DIR: join(scratch, 'data') };
  process.env.DATA_DIR = env.DATA_DIR;
  print(`HOST=${env.HOST} PORT=${env.PORT} DATA_DIR=${env.DATA_DIR} npm start`, host);
  server = spawn('npm', ['start'], { cwd: host, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let log = '';
  server.stdout.on('data', (chunk) => {
    log += chunk;
  });
  server.stderr.on('data', (chunk) => {
    log += chunk;
  });
  for (const limit = Date.now() + 60_000; Date.now() < limit; await sleep(100)) {
    const found = /listening on (http:\/\/[^\s"]+)/.exec(log);
    if (found) {
      console.log(found[0]);
      return found[1];
    }
    if (server.exitCode !== null) break;
  }
  throw new Error(`the host did not start:\n${log}`);
}

async function call(token, method, url, body) {
  const data = body === undefined ? '' : ` -H 'Content-Type: application/json' -d ${quoted(JSON.stringify(body))}`;
  console.log(`$ curl -X ${method} ${url} -H "Authorization: Bearer $TOKEN"${data}`);
  const answer = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url} answered ${answer.status}: ${text}`);
  return JSON.parse(text);
}

/** Polls the job's status until it has ended. */
async function follow(token, url) {
  console.log(`$ curl ${url} -H "Authorization: Bearer $TOKEN"`);
  let last = '';
  for (const limit = Date.now() + 60_000; Date.now() < limit; await sleep(100)) {
    const job = await (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).json();
    const line = `${job.status} ${job.progress_percent} %`;
    if (line !== last) console.log(line);
    last = line;
    if (['completed', 'failed', 'cancelled'].includes(job.status)) return job;
  }
  throw new Error('the job did not end within a minute');
}

function packagesOf(manifest) {
  const block = /^dependencies:\n((?: +- .*\n)+)/m.exec(readFileSync(manifest, 'utf8'))?.[1] ?? '';
  return [...block.matchAll(/- "?([^"\n]+)"?/g)].map((found) => found[1]);
}

function quoted(word) {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Stops the host, removes the temporary folder, and exits with `code`, or 1 if the host did not stop cleanly. */
async function end(code) {
  let result = code;
  if (server && server.exitCode === null && server.signalCode === null) {
    step('Stopping');
    const closed = new Promise((resolve) => server.on('close', resolve));
    process.kill(-server.pid, 'SIGTERM');
    const stopped = await Promise.race([closed.then(() => true), sleep(20_000).then(() => false)]);
    if (!stopped) {
      process.kill(-server.pid, 'SIGKILL');
      result ||= 1;
    }
    console.log(stopped ? 'The host has stopped.' : 'The host did not stop within 20 seconds and was killed.');
  }
  rmSync(scratch, { recursive: true, force: true });
  process.exit(result);
}
