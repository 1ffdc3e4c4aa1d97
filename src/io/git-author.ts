import { execFile } from 'node:child_process';

/** `user.name` of the git configuration that holds in `cwd`; `undefined` where git or the name is missing. */
export function readGitAuthor(cwd: string): Promise<string | undefined> {
  return new Promise((done) => {
    execFile('git', ['config', 'user.name'], { cwd, timeout: 2_000, windowsHide: true }, (error, stdout) => {
      const name = stdout.trim();
      done(error || name === '' ? undefined : name);
    });
  });
}
