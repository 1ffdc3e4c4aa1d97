import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { parse as readYaml } from 'yaml';
import { hostWithModule, packFolder, serviceWith, type UpdatedHost } from '../cli/update-packs.ts';
import { tempFolder } from '../io/temp-folder.ts';
import { builtBin } from './built-bin.ts';

interface Workflow {
  readonly jobs: { readonly update: { readonly steps: readonly { readonly run?: string }[] } };
}

const missing = ['git', 'bash'].filter((program) => spawnSync(program, ['--version']).status !== 0);
if (missing.length > 0 && process.env.CI === 'true') throw new Error(`${missing} is missing, which the workflow needs`);
if (missing.length > 0) process.stderr.write(`skipped: ${missing} is missing, which the workflow needs\n`);

const page = readFileSync(fileURLToPath(new URL('../../docs/updating.md', import.meta.url)), 'utf8');
const workflow = readYaml(/```yaml\n(.*?)```/s.exec(page)?.[1] ?? '') as Workflow;
const steps = workflow.jobs.update.steps.flatMap(({ run }) => (run === undefined ? [] : [run]));
const bin = await builtBin();
const newer = packFolder('1.3.0', { files: { 'module/service.ts.hbs': serviceWith({ 'return 2': 'return 22' }) } });

describe.skipIf(missing.length > 0)('the workflow of docs/updating.md', () => {
  let host: UpdatedHost;
  let tools: string;

  const run = (program: string, args: readonly string[]) =>
    spawnSync(program, args, {
      cwd: host.root,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${tools}:${process.env.PATH}`, RUNNER_TEMP: tools },
    });
  const git = (...args: string[]) => run('git', ['-c', 'user.name=x', '-c', 'user.email=x@x', ...args]).stdout;
  const commit = () => {
    git('add', '--all');
    git('commit', '--quiet', '--message', 'x');
  };
  /** Like a runner: each step in a separate shell, until one fails. */
  const runSteps = () => {
    for (const step of steps) {
      const { status, stderr } = run('bash', ['-e', '-o', 'pipefail', '-c', step]);
      if (status !== 0) throw new Error(`${step}\n${stderr}`);
    }
  };
  const pushed = (file: string) => git('show', `origin/update-ai-modules:modules/notes/${file}`);
  /** The requests to GitHub. */
  const asked = () => (existsSync(join(tools, 'asked')) ? readFileSync(join(tools, 'asked'), 'utf8') : '');

  beforeEach(async () => {
    host = await hostWithModule();
    tools = tempFolder();
    // Replaces npx with this version of the tool, and gh with a script that records its arguments.
    program('npx', `shift 2; exec "${process.execPath}" "${bin}" "$@"`);
    program('gh', `echo "$@" >> "${tools}/asked"; test "$2" = create`);
    mkdirSync(join(tools, 'origin.git'));
    git('init', '--quiet', '--bare', join(tools, 'origin.git'));
    git('init', '--quiet', '-b', 'main');
    commit();
    git('remote', 'add', 'origin', join(tools, 'origin.git'));
  });

  function program(name: string, script: string): void {
    writeFileSync(join(tools, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(tools, name), 0o755);
  }

  it('does nothing if there is nothing to update', () => {
    runSteps();
    expect(git('branch', '--all')).not.toContain('update-ai-modules');
    expect(asked()).toBe('');
  });

  it('pushes the updated files and creates a pull request', () => {
    host.use(newer);
    commit();
    runSteps();
    git('fetch', '--quiet', 'origin');
    expect(pushed('service.ts')).toContain('return 22');
    expect(asked()).toMatch(/^pr create --title Update AI modules/m);
  });

  it('creates a draft pull request if there are conflicts', () => {
    host.use(newer);
    host.edit('service.ts', 'return 2', 'return 2000');
    commit();
    runSteps();
    git('fetch', '--quiet', 'origin');
    expect(pushed('service.ts')).toContain('<<<<<<< yours\n  return 2000;');
    expect(asked()).toMatch(/^pr create --draft /m);
    expect(readFileSync(join(tools, 'update.txt'), 'utf8')).toContain('conflict modules/notes/service.ts:8');
  });
});
