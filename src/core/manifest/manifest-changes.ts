import type { Manifest } from './schema.ts';

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
