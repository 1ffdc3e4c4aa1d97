/** `user.name` from the git configuration that applies in `cwd`; `undefined` if git or the setting is missing. */
export async function readGitAuthor(cwd: string): Promise<string | undefined> {
  // Loaded lazily: most scripts pass the author as a flag.
  const { execFile } = await import('node:child_process');
  return new Promise((done) => {
    execFile('git', ['config', 'user.name'], { cwd, timeout: 2_000, windowsHide: true }, (error, stdout) => {
      const name = stdout.trim();
      done(error || name === '' ? undefined : name);
    });
  });
}
