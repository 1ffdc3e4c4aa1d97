/** `user.name` of the git configuration that holds in `cwd`; `undefined` where git or the name is missing. */
export async function readGitAuthor(cwd: string): Promise<string | undefined> {
  // Most scripts say who the author is: what runs programs is then not even loaded.
  const { execFile } = await import('node:child_process');
  return new Promise((done) => {
    execFile('git', ['config', 'user.name'], { cwd, timeout: 2_000, windowsHide: true }, (error, stdout) => {
      const name = stdout.trim();
      done(error || name === '' ? undefined : name);
    });
  });
}
