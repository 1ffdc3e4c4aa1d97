import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse as readYaml } from 'yaml';
import { replaceIn, type Stack } from '../edited-module.ts';
import { tempFolder } from '../io/temp-folder.ts';

/** How a version of a pack differs from the next one. */
interface Difference {
  readonly version: string;
  readonly edits?: readonly { readonly file: string; readonly now: string; readonly then: string }[];
  readonly moves?: readonly { readonly now: string; readonly then: string }[];
  /** Files that the next version removed. */
  readonly files?: Readonly<Record<string, string>>;
  /** Files that the next version added. */
  readonly missing?: readonly string[];
  /** The renames and manifest changes that the next version declares. */
  readonly renames?: readonly { readonly from: string; readonly to: string }[];
  readonly settings?: Readonly<Record<string, string>>;
}

const project = fileURLToPath(new URL('../../', import.meta.url));

/** Folders of all versions of a bundled pack, oldest first. Each one declares what updates from older versions need. */
export function versionsOf(stack: Stack): readonly { readonly version: string; readonly folder: string }[] {
  const steps = readYaml(readFileSync(join(project, `test/fixtures/upgrades/${stack}.yaml`), 'utf8')) as Difference[];
  const today = copyOf(join(project, 'templates', stack));
  const versions = [{ version: '1.0.0', folder: today }];
  for (const step of steps) {
    const folder = copyOf(versions[0]?.folder as string);
    goBack(folder, step);
    versions.unshift({ version: step.version, folder });
  }
  for (const [at, { folder, version }] of versions.entries()) setMeta(folder, version, steps.toReversed().slice(0, at));
  return versions;
}

function copyOf(folder: string): string {
  const copy = join(tempFolder(), 'pack');
  cpSync(folder, copy, { recursive: true });
  return copy;
}

function goBack(folder: string, { edits = [], moves = [], files = {}, missing = [] }: Difference): void {
  for (const { file, now, then } of edits) replaceIn(join(folder, file), now, then);
  for (const { now, then } of moves) renameSync(join(folder, now), join(folder, then));
  for (const path of missing) rmSync(join(folder, path));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** The renamed files and settings that a version declares for updates from older versions. */
function setMeta(folder: string, version: string, since: readonly Difference[]): void {
  const renames = since.flatMap((step) => step.renames ?? []);
  const changes = since.flatMap(({ settings }, at) =>
    settings === undefined ? [] : [{ version: since[at + 1]?.version ?? version, rename: settings }],
  );
  const text = readFileSync(join(folder, 'pack.yaml'), 'utf8').replace(/^version: .*$/m, `version: ${version}`);
  const lines = `renames: ${JSON.stringify(renames)}\nmanifest_changes: ${JSON.stringify(changes)}\n`;
  writeFileSync(join(folder, 'pack.yaml'), `${text}${lines}`);
}
