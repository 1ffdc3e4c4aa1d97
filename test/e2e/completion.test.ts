import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { tempFolder } from '../io/temp-folder.ts';
import { npxOfBin } from './built-bin.ts';
import { describeWhere } from './needs.ts';

let host: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  const scratch = tempFolder();
  const { npm_config_prefix } = await npxOfBin(scratch);
  env = { ...process.env, HOME: scratch, PATH: `${npm_config_prefix}/bin:${process.env.PATH}` };
  host = join(scratch, 'host');
  mkdirSync(join(host, 'src/ai/modules/invoices'), { recursive: true });
  mkdirSync(join(host, 'src/ai/modules/reports'));
  writeFileSync(join(host, 'ai-modules.yaml'), 'stack: fastify\n');
});

const run = (shell: string, script: string) =>
  execFileSync(shell, ['-c', script], { cwd: host, env, encoding: 'utf8' }).trim().split(/\s+/);

/** What bash offers for the last word of a command line. */
const offeredByBash = (...words: string[]) =>
  run(
    'bash',
    `eval "$(create-ai-module completion bash)"
    COMP_WORDS=(create-ai-module ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
    _create_ai_module; printf '%s\\n' "\${COMPREPLY[@]}"`,
  );

const missing = ['bash', 'zsh', 'fish']
  .filter((shell) => spawnSync(shell, ['-c', 'true']).status !== 0)
  .map((shell) => `${shell} is not installed`);

await describeWhere('completion', missing, () => {
  it('bash completes commands, flags, and names of modules', () => {
    expect(offeredByBash('up')).toEqual(['update']);
    expect(offeredByBash('host', 'a')).toEqual(['attach']);
    expect(offeredByBash('host', 'init', '--st')).toEqual(['--stack']);
    expect(offeredByBash('update', '--on')).toEqual(['--on-conflict']);
    expect(offeredByBash('status', '')).toEqual(['invoices', 'reports']);
    expect(offeredByBash('update', 'invoices', 'r')).toEqual(['reports']);
    expect(offeredByBash('validate', '--aga')).toEqual(['--against']);
  });

  it('zsh loads the script', () => {
    expect(run('zsh', 'eval "$(create-ai-module completion zsh)"; echo $_comps[create-ai-module]').join(' ')).toMatch(
      /bash_complete .*_create_ai_module/,
    );
  });

  it('fish completes commands, flags, and names of modules', () => {
    const offered = (line: string) => run('fish', `create-ai-module completion fish | source; complete -C '${line}'`);
    expect(offered('create-ai-module upd')[0]).toBe('update');
    expect(offered('create-ai-module host at')[0]).toBe('attach');
    expect(offered('create-ai-module update --on')[0]).toBe('--on-conflict');
    expect(offered('create-ai-module status r')).toContain('reports');
  });

  it('refuses another shell', () => {
    expect(() => run('sh', 'create-ai-module completion tcsh')).toThrow(/bash, zsh or fish/);
  });
});
