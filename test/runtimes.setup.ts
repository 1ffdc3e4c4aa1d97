import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Builds the runtimes into dist/runtimes/ once per run: hosts of the bundled packs need their archives. */
export default function setup(): void {
  execFileSync(process.execPath, [fileURLToPath(new URL('../scripts/build-runtimes.mjs', import.meta.url))], {
    cwd: fileURLToPath(new URL('../', import.meta.url)),
    stdio: 'inherit',
  });
}
