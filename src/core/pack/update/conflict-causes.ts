import type { Manifest } from '../../manifest/schema.ts';
import { hunksOf } from '../../merge/hunks.ts';
import type { RelPath } from '../../tree/rel-path.ts';
import { comparePaths, sameFile, type Tree, type TreeFile, textOf } from '../../tree/tree.ts';

export interface Cause {
  readonly sentence: string;
  /** Whether something was removed from the manifest, so that its code is removed too. */
  readonly isRemoval: boolean;
}

/** A cause, and the renders before and after it. */
interface Step extends Cause {
  readonly before: Tree;
  readonly after: Tree;
}

export interface Renders {
  /** The manifest and a function that renders another one; absent for a host, which has no manifest. */
  readonly edits:
    | {
        readonly manifest: Manifest;
        /** The manifest of the last render, if known. */
        readonly lastManifest: Manifest | undefined;
        readonly render: (manifest: Manifest) => Tree;
      }
    | undefined;
  /** The last render. */
  readonly base: Tree;
  /** The new version of the pack, if the last render was made by another one. */
  readonly newVersion: string | undefined;
}

/**
 * Finds what caused the changes at a position: renders each edit of the manifest and the pack's new version separately,
 * and returns those that change the position. Slow, and only needed for conflicts.
 */
export function causeFinder(renders: Renders): (path: RelPath, from?: number, size?: number) => Cause[] {
  const steps = stepsOf(renders);
  return (path, from, size = 0) =>
    steps.filter((step) => isChangedAt(step.before.get(path), step.after.get(path), from, size));
}

function stepsOf({ edits, base, newVersion }: Renders): Step[] {
  const lastManifest = edits?.lastManifest;
  const middle = lastManifest && tryRender(edits, lastManifest);
  const steps: Step[] = [];
  if (newVersion !== undefined)
    steps.push({
      sentence: `${newVersion} generates it differently`,
      isRemoval: false,
      before: base,
      after: middle ?? base,
    });
  if (edits === undefined || lastManifest === undefined || middle === undefined) return steps;
  for (const { sentence, isRemoval, after } of manifestChanges(lastManifest, edits.manifest)) {
    const rendered = tryRender(edits, after);
    if (rendered) steps.push({ sentence, isRemoval, before: middle, after: rendered });
  }
  return steps;
}

function isChangedAt(
  before: TreeFile | undefined,
  after: TreeFile | undefined,
  from: number | undefined,
  size: number,
) {
  if (before === undefined || after === undefined) return before !== after;
  if (sameFile(before, after)) return false;
  if (from === undefined) return true;
  const hunks = hunksOf(linesOf(before), linesOf(after));
  return hunks?.some(({ at, size: own }) => at <= from + size && at + own >= from) ?? true;
}

function linesOf(file: TreeFile): string[] {
  return (textOf(file.content) ?? '').split(/\r?\n/);
}

/** What this version of the pack renders from the last manifest; `undefined` if that is unknown or did not change. */
export function renderLast(edits: NonNullable<Renders['edits']>): Tree | undefined {
  const { manifest, lastManifest } = edits;
  if (lastManifest === undefined || JSON.stringify(lastManifest) === JSON.stringify(manifest)) return undefined;
  return tryRender(edits, lastManifest);
}

/** `undefined` on errors, because templates may not support an intermediate manifest. */
function tryRender(edits: NonNullable<Renders['edits']>, manifest: Manifest): Tree | undefined {
  try {
    return edits.render(manifest);
  } catch {
    return undefined;
  }
}

/** A difference between two versions of a manifest. */
export interface ManifestChange {
  /** "notes.archived was added to events_emitted in manifest.yaml" */
  readonly sentence: string;
  readonly isRemoval: boolean;
  /** The older manifest with only this change. */
  readonly after: Manifest;
}

const lists = ['dependencies', 'endpoints', 'permissions_required', 'events_emitted', 'events_subscribed'] as const;
const texts = ['name', 'version', 'description', 'author', 'class_name'] as const;

/** The differences between two versions of a manifest. */
export function manifestChanges(then: Manifest, now: Manifest): ManifestChange[] {
  return [
    ...texts.filter((key) => then[key] !== now[key]).map((key) => changed(then, key, { [key]: now[key] })),
    ...lists.flatMap((key) => listChanges(then, now, key)),
    ...mapChanges(then, now, 'types'),
    ...(['input', 'options', 'output'] as const).flatMap((key) => valueChanges(then, now, key)),
    ...mapChanges(then, now, 'resources'),
    ...mapChanges(then, now, 'configuration'),
  ];
}

function valueChanges(then: Manifest, now: Manifest, key: 'input' | 'options' | 'output'): ManifestChange[] {
  if (JSON.stringify(then[key]) === JSON.stringify(now[key])) return [];
  if (now[key] !== undefined) return [changed(then, key, { [key]: now[key] }, then[key] === undefined)];
  const { [key]: _, ...after } = then;
  return [{ sentence: `${key} was removed from manifest.yaml`, isRemoval: true, after }];
}

function listChanges(then: Manifest, now: Manifest, key: (typeof lists)[number]): ManifestChange[] {
  const [before, after] = [then[key], now[key]].map(entriesByName) as [Map<string, unknown>, Map<string, unknown>];
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names.flatMap((name): ManifestChange[] => {
    const [old, value] = [before.get(name), after.get(name)];
    if (JSON.stringify(old) === JSON.stringify(value)) return [];
    const isRemoval = value === undefined;
    const what = isRemoval
      ? `was removed from ${key}`
      : old === undefined
        ? `was added to ${key}`
        : `was changed in ${key}`;
    const kept = isRemoval ? before : after;
    const list = [...kept].flatMap(([other, entry]) =>
      other === name ? (isRemoval ? [] : [entry]) : before.has(other) ? [before.get(other)] : [],
    );
    return [{ sentence: `${name} ${what} in manifest.yaml`, isRemoval, after: { ...then, [key]: list } }];
  });
}

function entriesByName(entries: readonly (string | { endpoint: string } | { event: string })[]): Map<string, unknown> {
  return new Map(
    entries.map((entry) => [
      typeof entry === 'string' ? entry : 'endpoint' in entry ? entry.endpoint : entry.event,
      entry,
    ]),
  );
}

function mapChanges(then: Manifest, now: Manifest, block: 'types' | 'resources' | 'configuration'): ManifestChange[] {
  const [before, after] = [then[block], now[block]] as Readonly<Record<string, unknown>>[];
  const keys = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...keys].flatMap((key) => {
    const [old, value] = [before?.[key], after?.[key]];
    if (JSON.stringify(old) === JSON.stringify(value)) return [];
    const { [key]: _, ...others } = before ?? {};
    if (value === undefined)
      return [
        {
          sentence: `${block}.${key} was removed from manifest.yaml`,
          isRemoval: true,
          after: { ...then, [block]: others } as Manifest,
        },
      ];
    return [changed(then, `${block}.${key}`, { [block]: { ...before, [key]: value } }, old === undefined)];
  });
}

function changed(then: Manifest, name: string, change: object, isNew = false): ManifestChange {
  const sentence = isNew ? `${name} was added to manifest.yaml` : `${name} was changed in manifest.yaml`;
  return { sentence, isRemoval: false, after: { ...then, ...change } };
}

/**
 * Renders the last manifest again and returns the files that differ from the merge base; `undefined` if that manifest is
 * unknown or the version of the pack differs.
 */
export function findBaseDifferences(renders: Renders, theirs: Tree): readonly RelPath[] | undefined {
  const { base, newVersion } = renders;
  const rendered = newVersion === undefined ? renderLastManifest(renders, theirs) : undefined;
  if (rendered === undefined) return undefined;
  return [...base.keys()].sort(comparePaths).filter((path) => {
    const [stored, again] = [base.get(path), rendered.get(path)];
    return stored === undefined || again === undefined || !sameFile(stored, again);
  });
}

/** A host has no manifest: its render depends on the version of the pack only. */
function renderLastManifest({ edits }: Renders, theirs: Tree): Tree | undefined {
  if (edits === undefined) return theirs;
  return edits.lastManifest && edits.render(edits.lastManifest);
}
