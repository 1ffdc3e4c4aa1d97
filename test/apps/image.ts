import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, isAbsolute, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../conformance/host/free-port.ts';
import { startProcess } from '../conformance/host/start-process.ts';
import { waitUntil } from '../conformance/wire/wait-until.ts';
import type { Checkout, RunningApp } from './checkout.ts';
import { foldersOf, variablesOfMachine } from './install.ts';

/** A stage of an image: its file system below a folder, its variables, and the command that it starts. */
interface Stage {
  readonly root: string;
  readonly env: Record<string, string>;
  folder: string;
  command: readonly string[];
}

/**
 * Builds an image from its Dockerfile without Docker, and starts it: each stage is a folder with the files that `COPY`
 * copies, in which the commands of `RUN` run with empty caches. Absolute paths are moved below that folder.
 */
export async function startImage(checkout: Checkout): Promise<RunningApp> {
  const scratch = mkdtempSync(join(tmpdir(), 'apps-image-'));
  const stage = await buildImage(checkout, scratch);
  const port = await freePort();
  let log = '';
  const [program = '', ...rest] = stage.command.map((word) => word.replace(/\b(8000|3000)\b/g, `${port}`));
  const started = startProcess({
    argv: [program, ...rest],
    cwd: join(stage.root, stage.folder),
    env: { ...checkout.env, ...stage.env, PORT: `${port}` },
    write: (text) => {
      log += text;
    },
  });
  const stop = async () => {
    const code = await started.stop(30);
    rmSync(scratch, { recursive: true, force: true });
    return code;
  };
  const baseUrl = `http://127.0.0.1:${port}`;
  try {
    await waitUntil('the image answers', async () => {
      await started.match(/^/, 0);
      return fetch(baseUrl).then(
        () => true,
        () => false,
      );
    });
  } catch (error) {
    await stop();
    throw new Error(`${(error as Error).message}\n${log}`);
  }
  return { baseUrl, log: () => log, stop };
}

/** What prepares a machine, not the application. Package managers are those of the tests. */
const isOfMachine =
  /^\s*(?:useradd|adduser|groupadd|addgroup|apk|apt-get|corepack|chown|npm (?:i|install) (?:-g|--global)|pip install (?:-\S+ )*uv$)/;

async function buildImage(checkout: Checkout, scratch: string): Promise<Stage> {
  const stages = new Map<string, Stage>();
  let stage: Stage | undefined;
  for (const [, word = '', rest = ''] of instructionsOf(checkout.folder)) {
    if (word === 'FROM') {
      const name = / AS (\S+)$/i.exec(rest)?.[1] ?? `${stages.size}`;
      stage = await newStage(checkout, join(scratch, name));
      stages.set(name, stage);
    }
    if (stage === undefined) continue;
    if (word === 'WORKDIR') {
      stage.folder = rest;
      mkdirSync(join(stage.root, rest), { recursive: true });
    } else if (word === 'ENV') setVariables(stage, rest);
    else if (word === 'COPY') copy(checkout.folder, stages, stage, rest);
    else if (word === 'RUN') await run(stage, rest);
    else if (word === 'CMD') stage.command = (JSON.parse(rest) as string[]).map((one) => moved(stage as Stage, one));
  }
  if (stage === undefined) throw new Error('The Dockerfile has no stage');
  // The program is found with the variables of the image, not with those of the tests.
  stage.command = ['/usr/bin/env', `PATH=${stage.env.PATH}`, ...stage.command];
  return stage;
}

function instructionsOf(folder: string): RegExpMatchArray[] {
  const text = readFileSync(join(folder, 'Dockerfile'), 'utf8')
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, ' ');
  return [...text.matchAll(/^([A-Z]+)[ \t]+(.*)$/gm)];
}

async function newStage({ application }: Checkout, root: string): Promise<Stage> {
  const bin = join(root, 'usr/local/bin');
  mkdirSync(bin, { recursive: true });
  const { stdout } = await promisify(execFile)('python3', ['-c', 'import sys; print(sys.executable)']);
  symlinkSync(stdout.trim(), join(bin, 'python'));
  const caches = join(root, 'tmp');
  const managers = await foldersOf[application.manager]();
  return {
    root,
    folder: '/',
    command: [],
    env: {
      PATH: [bin, ...managers, process.env.PATH].join(':'),
      HOME: join(root, 'root'),
      PIP_CACHE_DIR: join(caches, 'pip'),
      UV_CACHE_DIR: join(caches, 'uv'),
      npm_config_cache: join(caches, 'npm'),
      npm_config_store_dir: join(caches, 'pnpm'),
    },
  };
}

/** A text with the absolute paths of the image below the folder of its stage. */
function moved({ root }: Stage, text: string): string {
  return text.replace(/(?<=^|[\s:="'])\/(?=[\w.])/g, `${root}/`);
}

function setVariables(stage: Stage, text: string): void {
  for (const [, name = '', value = ''] of text.matchAll(/(\w+)=("[^"]*"|\S+)/g))
    stage.env[name] = moved(stage, value.replace(/^"|"$/g, '')).replace(
      /\$\{?(\w+)\}?/g,
      (_, other: string) => stage.env[other] ?? '',
    );
}

/** `COPY [--from=stage] source… target`; of a folder its content is copied. */
function copy(context: string, stages: ReadonlyMap<string, Stage>, stage: Stage, text: string): void {
  const words = text.split(/\s+/).filter((word) => !word.startsWith('--'));
  const from = /--from=(\S+)/.exec(text)?.[1];
  const base = from === undefined ? context : stages.get(from)?.root;
  if (base === undefined) throw new Error(`COPY ${text}: there is no stage ${from}`);
  const target = words.pop() ?? '';
  const place = isAbsolute(target) ? join(stage.root, target) : join(stage.root, stage.folder, target);
  const isIgnored = from === undefined ? ignoredIn(context) : () => false;
  for (const source of words) {
    const path = join(base, source);
    const isInto = !statSync(path).isDirectory() && (words.length > 1 || /(^|\/)\.?$/.test(target));
    const filter = (one: string) => !isIgnored(relative(base, one));
    cpSync(path, isInto ? join(place, basename(source)) : place, { recursive: true, verbatimSymlinks: true, filter });
  }
}

/** Whether `.dockerignore` leaves out a path. */
function ignoredIn(context: string): (path: string) => boolean {
  const lines = readFileSync(join(context, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return (path) =>
    lines.some((line) =>
      line.startsWith('**/') ? `/${path}`.endsWith(line.slice(2)) : path === line || path.startsWith(`${line}/`),
    );
}

async function run(stage: Stage, line: string): Promise<void> {
  const commands = line.replace(/--mount=\S+\s+/g, '').split(/\s+&&\s+/);
  for (const command of commands.filter((one) => !isOfMachine.test(one))) {
    const options = {
      cwd: join(stage.root, stage.folder),
      env: { ...variablesOfMachine(), ...stage.env },
      maxBuffer: 1e8,
    };
    await promisify(execFile)('sh', ['-c', moved(stage, command)], options).catch((error) => {
      throw new Error(`RUN ${command} failed with ${error.code}\n${error.stdout}${error.stderr}`);
    });
  }
}
