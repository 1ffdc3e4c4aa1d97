import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tempFolder } from './temp-folder.ts';

/** The output of git in a folder, whatever repository the tests themselves run in. */
export function git(cwd: string, ...args: readonly string[]): string {
  const settings = [
    'user.name=Ada',
    'user.email=ada@example.org',
    'commit.gpgsign=false',
    'protocol.file.allow=always',
  ];
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
  return execFileSync('git', [...settings.flatMap((one) => ['-c', one]), ...args], {
    cwd,
    env: { ...env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
    encoding: 'utf8',
    stdio: 'pipe',
  });
}

export type Files = Readonly<Record<string, string | Uint8Array>>;

export function writeFiles(root: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

export function commitAll(root: string, message = 'A commit'): void {
  git(root, 'add', '--all');
  git(root, 'commit', '--quiet', '--allow-empty', '-m', message);
}

/** A repository with one commit of these files. */
export function repositoryOf(files: Files): string {
  const root = tempFolder();
  git(root, 'init', '--quiet', '--initial-branch=main');
  writeFiles(root, files);
  commitAll(root);
  return root;
}

/** A repository with the files of one folder committed, and those of another one in the working tree. */
export function repositoryBetween(before: string, after: string): string {
  const root = tempFolder();
  cpSync(before, root, { recursive: true });
  git(root, 'init', '--quiet', '--initial-branch=main');
  commitAll(root);
  for (const name of readdirSync(root)) if (name !== '.git') rmSync(join(root, name), { recursive: true });
  cpSync(after, root, { recursive: true });
  return root;
}
