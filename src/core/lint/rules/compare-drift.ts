import type { Aspect, Claim, CodeFacts, Named } from '../../code/facts.ts';
import type { Problem } from '../../diagnostic.ts';
import { standardSettings } from '../../manifest/configuration.ts';
import { endpointsOf, shapeOf } from '../../manifest/endpoints.ts';
import { eventNames } from '../../manifest/events.ts';
import { lifecycleEvents, splitName } from '../../manifest/namespace.ts';
import type { Manifest } from '../../manifest/schema.ts';
import { nearestWord } from '../../text/nearest-word.ts';

/** A name that the manifest declares, and its position. */
export interface Declared {
  readonly name: string;
  readonly path: Problem['path'];
}

/** The differences between code and manifest in one aspect. */
export interface Drift {
  /** Names that only the code has; `meant` is a similar name that only the manifest has. */
  readonly extra: readonly (Named & { readonly meant: string | undefined })[];
  /** Names that only the manifest has, except those that are `meant` in `extra`. */
  readonly missing: readonly Declared[];
}

function compare(
  declared: readonly Declared[],
  wanted: readonly Declared[],
  found: readonly Named[],
  { broken }: CodeFacts,
): Drift {
  const names = new Set(declared.map(({ name }) => name));
  const there = new Set(found.map(({ name }) => name));
  const absent = wanted.filter(({ name }) => !there.has(name));
  const isSound = ({ isSure, place }: Named) => isSure && !broken.some(({ file }) => file === place.file);
  const unknown = [
    ...new Map(found.filter(isSound).map((one) => [`${one.place.file} ${one.place.from} ${one.name}`, one])).values(),
  ];
  const extra = unknown
    .filter(({ name }) => !names.has(name))
    .map((one) => ({
      ...one,
      meant: nearestWord(
        one.name,
        absent.map(({ name }) => name),
      ),
    }));
  const meant = new Set(extra.map((one) => one.meant));
  return { extra, missing: absent.filter(({ name }) => !meant.has(name)) };
}

/** Compares each aspect of a module with the manifest field that declares it. */
const comparisons: Readonly<Record<Aspect, (manifest: Manifest, code: CodeFacts) => Drift>> = {
  routes(manifest, code) {
    const declared = endpointsOf(manifest).map((endpoint, index) => ({
      name: shapeOf(endpoint),
      path: ['endpoints', index],
    }));
    const found = code.routes.map((route) => ({ name: shapeOf(route), place: route.place, isSure: route.isSure }));
    const wanted = declared.filter((_, index) => !(code.servesJobs && endpointsOf(manifest)[index]?.role !== null));
    const written = new Map([...code.routes, ...endpointsOf(manifest)].map((one) => [shapeOf(one), writtenAs(one)]));
    return renamed(compare(declared, wanted, found, code), (shape) => written.get(shape) ?? shape);
  },
  permissions(manifest, code) {
    // Only routes that are written by hand name their permissions.
    const declared = listed('permissions_required', manifest.permissions_required);
    return compare(declared, [], code.permissions, code);
  },
  published(manifest, code) {
    const declared = listed('events_emitted', eventNames(manifest.events_emitted));
    // The runtime publishes the events of jobs.
    const isOfJobs = (name: string) => (lifecycleEvents as readonly string[]).includes(splitName(name)[1]);
    const own = declared.filter(({ name }) => !isOfJobs(name));
    return compare(declared, own, code.published, code);
  },
  handled(manifest, code) {
    const declared = listed('events_subscribed', eventNames(manifest.events_subscribed));
    return compare(declared, declared, code.handled, code);
  },
  settings(manifest, code) {
    const all = Object.keys(manifest.configuration).map((key) => ({ name: key, path: ['configuration', key] }));
    const standard = Object.keys(standardSettings).map((key) => ({ name: key, path: ['configuration'] }));
    const own = all.filter(({ name }) => !Object.hasOwn(standardSettings, name));
    return compare([...all, ...standard], own, code.settings, code);
  },
};

function writtenAs({ method, path }: { readonly method: string; readonly path: string }): string {
  return `${method} ${path}`;
}

/** Replaces the compared shapes with the names as their authors wrote them. */
function renamed({ extra, missing }: Drift, named: (name: string) => string): Drift {
  return {
    extra: extra.map(({ name, meant, ...rest }) => ({
      ...rest,
      name: named(name),
      meant: meant === undefined ? undefined : named(meant),
    })),
    missing: missing.map(({ name, path }) => ({ name: named(name), path })),
  };
}

function listed(field: keyof Manifest, names: readonly string[]): Declared[] {
  return names.map((name, index) => ({ name, path: [field, index] }));
}

export function driftOf(aspect: Aspect, manifest: Manifest, code: CodeFacts): Drift {
  return comparisons[aspect](manifest, code);
}

/** The hint for an extra name. It may be a misspelling of a name that the code lacks, or the other way round. */
export function hintFor(meant: string | undefined, otherwise: string): string {
  return meant === undefined
    ? otherwise
    : `The manifest has ${meant}, which the code lacks: one of the two is misspelt.`;
}

/** Whether the code may contain more of an aspect than could be read. */
export function isUnclear(aspect: Claim, { broken, unclear }: CodeFacts): boolean {
  return broken.length + unclear[aspect].length > 0;
}

/** Names that the manifest declares and the code certainly lacks. */
export function missingIn(aspect: Claim, manifest: Manifest, code: CodeFacts): readonly Declared[] {
  return isUnclear(aspect, code) ? [] : driftOf(aspect, manifest, code).missing;
}
