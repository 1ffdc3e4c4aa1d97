import type { Manifest } from '../../manifest/schema.ts';
import { hunksOf } from '../../merge/hunks.ts';
import type { RelPath } from '../../tree/rel-path.ts';
import { comparePaths, sameFile, type Tree, type TreeFile, textOf } from '../../tree/tree.ts';

/** Something that makes the new render differ from the last one. */
interface Step {
  readonly sentence: string;
  readonly isRemoval: boolean;
  readonly before: Tree;
  readonly after: Tree;
}

export interface Cause {
  readonly sentence: string;
  /** Whether something was taken away, so that its code is to go. */
  readonly isRemoval: boolean;
}

export interface Renders {
  /** The manifest, and what another one would bring; absent for what has none. */
  readonly edits:
    | {
        readonly now: Manifest;
        /** That of the last render, where it is known. */
        readonly then: Manifest | undefined;
        readonly render: (manifest: Manifest) => Tree;
      }
    | undefined;
  /** The last render. */
  readonly base: Tree;
  /** Whether the last render was made by another version of the pack. */
  readonly newVersion: string | undefined;
}

/**
 * What brought the change of one place: each edit of the manifest is rendered alone, and so is the pack's new version,
 * and the ones that touch the place are the reason. Done where there is a conflict, which is seldom.
 */
export function causeFinder(renders: Renders): (path: RelPath, from?: number, size?: number) => Cause[] {
  const steps = stepsOf(renders);
  return (path, from, size = 0) =>
    steps.filter((step) => touches(step.before.get(path), step.after.get(path), from, size));
}

function stepsOf({ edits, base, newVersion }: Renders): Step[] {
  const then = edits?.then;
  const render = (manifest: Manifest): Tree | undefined => quietly(() => edits?.render(manifest));
  const middle = then && render(then);
  const pieces: Step[] = [];
  if (newVersion !== undefined)
    pieces.push({
      sentence: `${newVersion} renders it otherwise`,
      isRemoval: false,
      before: base,
      after: middle ?? base,
    });
  if (edits === undefined || then === undefined || middle === undefined) return pieces;
  for (const { sentence, isRemoval, after } of manifestChanges(then, edits.now)) {
    const rendered = render(after);
    if (rendered) pieces.push({ sentence, isRemoval, before: middle, after: rendered });
  }
  return pieces;
}

function touches(before: TreeFile | undefined, after: TreeFile | undefined, from: number | undefined, size: number) {
  if (before === undefined || after === undefined) return before !== after;
  if (sameFile(before, after)) return false;
  if (from === undefined) return true;
  const hunks = hunksOf(linesOf(before), linesOf(after));
  return hunks?.some(({ at, size: own }) => at <= from + size && at + own >= from) ?? true;
}

function linesOf(file: TreeFile): string[] {
  return (textOf(file.content) ?? '').split(/\r?\n/);
}

/** A manifest in between may be one that no template was made for. */
function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** A difference between two versions of a manifest, as a sentence and as a step between them. */
export interface ManifestChange {
  /** "manifest.yaml has notes.archived in events_emitted now" */
  readonly sentence: string;
  readonly isRemoval: boolean;
  /** The older manifest with this change alone. */
  readonly after: Manifest;
}

const lists = ['dependencies', 'endpoints', 'permissions_required', 'events_emitted', 'events_subscribed'] as const;
const texts = ['name', 'version', 'description', 'author', 'class_name'] as const;

/** The differences between two versions of a manifest. */
export function manifestChanges(then: Manifest, now: Manifest): ManifestChange[] {
  return [
    ...texts.filter((key) => then[key] !== now[key]).map((key) => changed(then, key, { [key]: now[key] })),
    ...lists.flatMap((key) => listChanges(then, now, key)),
    ...mapChanges(then, now, 'resources'),
    ...mapChanges(then, now, 'configuration'),
  ];
}

function listChanges(then: Manifest, now: Manifest, key: (typeof lists)[number]): ManifestChange[] {
  const [before, after]: (readonly string[])[] = [then[key], now[key]];
  const removed = (before ?? []).filter((entry) => !after?.includes(entry));
  const added = (after ?? []).filter((entry) => !before?.includes(entry));
  return [
    ...removed.map((entry) => ({
      sentence: `manifest.yaml no longer has ${entry} in ${key}`,
      isRemoval: true,
      after: { ...then, [key]: before?.filter((other) => other !== entry) },
    })),
    ...added.map((entry) => ({
      sentence: `manifest.yaml has ${entry} in ${key} now`,
      isRemoval: false,
      after: { ...then, [key]: after?.filter((other) => other === entry || before?.includes(other)) },
    })),
  ];
}

function mapChanges(then: Manifest, now: Manifest, block: 'resources' | 'configuration'): ManifestChange[] {
  const [before, after] = [then[block], now[block]] as Readonly<Record<string, unknown>>[];
  const keys = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...keys].flatMap((key) => {
    const [old, value] = [before?.[key], after?.[key]];
    if (JSON.stringify(old) === JSON.stringify(value)) return [];
    const { [key]: _, ...others } = before ?? {};
    if (value === undefined)
      return [
        {
          sentence: `manifest.yaml no longer has ${block}.${key}`,
          isRemoval: true,
          after: { ...then, [block]: others } as Manifest,
        },
      ];
    return [changed(then, `${block}.${key}`, { [block]: { ...before, [key]: value } }, old === undefined)];
  });
}

function changed(then: Manifest, name: string, change: object, isNew = false): ManifestChange {
  const sentence = isNew ? `manifest.yaml has ${name} now` : `manifest.yaml has another value for ${name} now`;
  return { sentence, isRemoval: false, after: { ...then, ...change } };
}

/**
 * Renders again what is said to have been rendered last, from the manifest that is kept with it: the files that are
 * not so, or `undefined` where that manifest is not known, or the pack is not of that version.
 */
export function findBaseDifferences(renders: Renders, theirs: Tree): readonly RelPath[] | undefined {
  const { base, newVersion } = renders;
  const rendered = newVersion === undefined ? renderThen(renders, theirs) : undefined;
  if (rendered === undefined) return undefined;
  return [...base.keys()].sort(comparePaths).filter((path) => {
    const [kept, now] = [base.get(path), rendered.get(path)];
    return kept === undefined || now === undefined || !sameFile(kept, now);
  });
}

/** What has no manifest is rendered from nothing that can have changed. */
function renderThen({ edits }: Renders, theirs: Tree): Tree | undefined {
  if (edits === undefined) return theirs;
  return edits.then && edits.render(edits.then);
}
