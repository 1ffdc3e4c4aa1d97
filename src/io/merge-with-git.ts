import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMarkers } from '../core/text/line-merge-markers.ts';
import type { MergeParts } from '../core/text/line-merge-parts.ts';

/** Longer than any conflict marker that a file may contain. */
const markerSize = 60;

/** Merges with `git merge-file`, for input that the built-in merge needs minutes for; `undefined` without git. */
export const mergeWithGit: MergeParts = (base, mine, theirs) => {
  const folder = mkdtempSync(join(tmpdir(), 'create-ai-module-merge-'));
  try {
    const files = Object.entries({ mine, base, theirs }).map(([name, lines]) => {
      const file = join(folder, name);
      writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
      return file;
    });
    const args = ['merge-file', '-p', '--diff3', `--marker-size=${markerSize}`, ...files];
    const { status, stdout } = spawnSync('git', args, { encoding: 'utf8', maxBuffer: 2 ** 30, timeout: 60_000 });
    if (status === null || status > 127) return undefined;
    return readMarkers(stdout === '' ? [] : stdout.replace(/\n$/, '').split('\n'), markerSize);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
