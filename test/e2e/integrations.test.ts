import { execFile } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { builtBin } from './built-bin.ts';
import { describeWhere, missingPython } from './needs.ts';
import { pythonTool } from './python-tools.ts';
import { type Registry, startRegistry } from './registry.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'integrations-'));
const host = join(scratch, 'host');
const manifest = join(host, 'src/ai/modules/note_taker/manifest.yaml');
const person = {
  GIT_AUTHOR_NAME: 'T',
  GIT_AUTHOR_EMAIL: 't@localhost',
  GIT_COMMITTER_NAME: 'T',
  GIT_COMMITTER_EMAIL: 't@localhost',
};
const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { version: string };

let registry: Registry | undefined;
let env: NodeJS.ProcessEnv;

interface Ended {
  readonly code: number;
  readonly text: string;
}

function run(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((done) => {
    const child = execFile(program, args, { cwd, env: { ...process.env, ...person, ...env } }, (_, out, err) =>
      done({ code: child.exitCode ?? -1, text: out + err }),
    );
  });
}

async function ok(...args: Parameters<typeof run>): Promise<string> {
  const { code, text } = await run(...args);
  if (code !== 0) throw new Error(`${args[0]} ${args[1].join(' ')} ended with ${code}:\n${text}`);
  return text;
}

beforeAll(async () => {
  const bin = await builtBin();
  await ok(process.execPath, [bin, 'host', 'init', host, '--stack', 'fastify', '--yes'], scratch);
  await ok(process.execPath, [bin, 'new', 'note_taker', '--author', 'T', '--yes'], host);
  await publish(dirname(bin));
});
afterAll(() => {
  registry?.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** Both run the package from a registry on loopback. */
async function publish(dist: string): Promise<void> {
  const source = join(scratch, 'source');
  mkdirSync(source);
  cpSync(dist, join(source, 'dist'), { recursive: true });
  const { scripts: _scripts, ...published } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  writeFileSync(join(source, 'package.json'), JSON.stringify({ ...published, devDependencies: {} }));
  registry = await startRegistry();
  const config = join(scratch, 'npmrc');
  writeFileSync(config, `registry=${registry.url}\n//127.0.0.1:${registry.port}/:_authToken=test\n`);
  env = {
    npm_config_userconfig: config,
    npm_config_registry: registry.url,
    npm_config_cache: join(scratch, 'cache'),
  };
  await ok('npm', ['publish', '--tag', 'latest'], source, env);
}

async function withBrokenManifest(check: () => Promise<void>): Promise<void> {
  const before = readFileSync(manifest);
  appendFileSync(manifest, 'desciption: a typo\n');
  try {
    await check();
  } finally {
    writeFileSync(manifest, before);
  }
}

await describeWhere('the pre-commit hook', missingPython(), () => {
  describe('the pre-commit hook', () => {
    const tool = join(scratch, 'tool');
    let preCommit: string;
    const withHome = () => ({ ...env, PRE_COMMIT_HOME: join(scratch, 'pre-commit') });

    beforeAll(async () => {
      preCommit = await pythonTool('pre-commit==4.7.0', 'pre-commit');
      mkdirSync(tool);
      cpSync(join(project, '.pre-commit-hooks.yaml'), join(tool, '.pre-commit-hooks.yaml'));
      for (const args of [
        ['init', '-q'],
        ['add', '-A'],
        ['commit', '-qm', 'The tool'],
        ['tag', `v${version}`],
      ])
        await ok('git', args, tool);
      writeFileSync(
        join(host, '.pre-commit-config.yaml'),
        `repos:\n  - repo: ${tool}\n    rev: v${version}\n    hooks:\n      - id: create-ai-module-validate\n`,
      );
      for (const args of [
        ['init', '-q'],
        ['add', '-A'],
      ])
        await ok('git', args, host);
      await ok(preCommit, ['install'], host, withHome());
    });

    it('runs the version of the repository', () => {
      expect(readFileSync(join(project, '.pre-commit-hooks.yaml'), 'utf8')).toContain(` create-ai-module@${version} `);
    });

    it('accepts a commit of valid modules', async () => {
      const { code, text } = await run('git', ['commit', '-m', 'A host'], host, withHome());
      expect(text).toMatch(/validate AI modules\.+Passed/);
      expect(code).toBe(0);
    });

    it('rejects a commit of an invalid manifest, with the position of the error', async () => {
      await withBrokenManifest(async () => {
        const { code, text } = await run('git', ['commit', '-am', 'A typo'], host, withHome());
        expect(code).toBe(1);
        expect(text).toMatch(/note_taker\/manifest\.yaml:\d+:1.*desciption/);
      });
    });

    it('compares with a git ref, and accepts a change with a step of the version', async () => {
      const config = join(host, '.pre-commit-config.yaml');
      appendFileSync(config, '        args: [--against, HEAD]\n');
      const before = readFileSync(manifest, 'utf8');
      writeFileSync(manifest, before.replace('cpu: "1"', 'cpu: "2"'));
      const commit = () => run('git', ['commit', '-am', 'More CPUs'], host, withHome());
      const refused = await commit();
      expect(refused.text).toMatch(/resources\.cpu changed from 1 to 2.*\n.*\n.*\n.*Set version to 1\.1\.0 or higher/);
      expect(refused.code).toBe(1);
      writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('version: "1.0.0"', 'version: "1.1.0"'));
      expect(await commit()).toMatchObject({ code: 0 });
    });
  });
});

describe('the action', () => {
  const action = parse(readFileSync(join(project, 'action.yml'), 'utf8')) as {
    inputs: Record<string, { default: string }>;
    runs: { steps: { shell: string; env: Record<string, string>; run: string }[] };
  };
  const [step] = action.runs.steps;

  /** The step like on a runner: with inputs instead of expressions, and the default flags of the shell. */
  function runStep(inputs: Readonly<Record<string, string>>): Promise<Ended> {
    const resolved = (expression: string) =>
      expression.replace(/\$\{\{ inputs\.(\w+) \}\}/, (_, name) => inputs[name] ?? action.inputs[name]?.default ?? '');
    const values = Object.entries(step?.env ?? {}).map(([name, value]) => [name, resolved(value)]);
    const script = join(scratch, 'step.sh');
    writeFileSync(script, step?.run ?? '');
    return run('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], host, {
      ...env,
      ...Object.fromEntries(values),
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTION_PATH: project,
    });
  }

  it('passes for valid modules', async () => {
    expect(await runStep({})).toMatchObject({ code: 0 });
  });

  it('fails on a warning in strict mode', async () => {
    const before = readFileSync(manifest, 'utf8');
    writeFileSync(manifest, before.replace('author: "T"', 'author: yes'));
    try {
      expect(await runStep({})).toMatchObject({ code: 0 });
      const { code, text } = await runStep({ strict: 'true' });
      expect(text).toMatch(/^::warning /m);
      expect(code).toBe(1);
    } finally {
      writeFileSync(manifest, before);
    }
  });

  it('fails on a change without a step of the version', async () => {
    for (const args of [
      ['init', '-q'],
      ['add', '-A'],
      ['commit', '-q', '--no-verify', '--allow-empty', '-m', 'A host'],
    ])
      await ok('git', args, host);
    const before = readFileSync(manifest, 'utf8');
    writeFileSync(manifest, before.replace('memory: "512Mi"', 'memory: "1Gi"'));
    try {
      expect(await runStep({})).toMatchObject({ code: 0 });
      const { code, text } = await runStep({ against: 'HEAD' });
      expect(text).toMatch(/^::error .*title=compatible-change::compatible for operators: resources\.memory changed/m);
      expect(code).toBe(1);
    } finally {
      writeFileSync(manifest, before);
    }
  });

  it('fails on a diagnostic, with an annotation at its position', async () => {
    await withBrokenManifest(async () => {
      const { code, text } = await runStep({ paths: `${manifest}\n` });
      expect(code).toBe(1);
      expect(text).toMatch(/^::error .*file=src\/ai\/modules\/note_taker\/manifest\.yaml,line=\d+/m);
    });
  });
});
