import { resolve } from '../../contract/type.ts';
import { endpointsOf, permissionOf } from '../../manifest/endpoints.ts';
import { eventNames } from '../../manifest/events.ts';
import { namespaceOf } from '../../manifest/namespace.ts';
import { knownServices, type Manifest } from '../../manifest/schema.ts';
import type { ManifestFacts } from '../rule.ts';
import { unlessInvalid } from '../subject.ts';
import { type Change, change, fromTo, typeChange } from './change.ts';
import { compareEndpoints } from './compare-endpoints.ts';
import { compareRoots, type Typed, withTypes } from './compare-roots.ts';
import { compareSettings } from './compare-settings.ts';

type Compared = Pick<ManifestFacts, 'manifest' | 'parts' | 'invalid'>;

/**
 * How the contract of a module changed. What depends on an invalid field is not compared. Texts such as descriptions,
 * examples and names of types are not part of the contract.
 */
export function compareManifests(before: Compared, after: Compared): Change[] {
  const [old, now] = [withTypes(before), withTypes(after)];
  const isComplete = !before.invalid.has('configuration') && !after.invalid.has('configuration');
  const parts: readonly (() => readonly Change[])[] = [
    () => names(before.manifest, after.manifest),
    () => classNames(before.manifest, after.manifest),
    () => moduleType(old, now, 'input'),
    () => emptyInput(old, now),
    () => moduleType(old, now, 'options'),
    () => moduleType(old, now, 'output'),
    () => compareEndpoints(old, now),
    () => permissions(before.manifest, after.manifest),
    () => events(old, now, 'events_emitted'),
    () => events(old, now, 'events_subscribed'),
    () => dependencies(before.manifest, after.manifest),
    () => resources(before.manifest, after.manifest),
    () => compareSettings(before.parts, after.parts, isComplete),
  ];
  return together(parts.flatMap((part) => unlessInvalid(part)));
}

/** A type that is used in several places changes in all of them: one change names them. */
function together(changes: readonly Change[]): Change[] {
  const groups = new Map<string, Change[]>();
  for (const one of changes) {
    const key = JSON.stringify([one.kind, one.verdict, one.affects, one.path, endOf(one.text)]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map(([first, ...others]) => {
    const { text, ...rest } = first as Change;
    const more = others.length;
    return { text: more === 0 ? text : `${text}, and so in ${more} more ${more === 1 ? 'place' : 'places'}`, ...rest };
  });
}

/** The text without the place at its start, which differs where a type is used. */
function endOf(text: string): string {
  return text.slice(text.search(/(?: was added| was removed| may | changed from |: )/));
}

function names({ name: old }: Manifest, { name: now }: Manifest): Change[] {
  return old === now ? [] : [change('name-changed', `the name ${fromTo(old, now)}`, ['name'])];
}

function classNames({ class_name: old }: Manifest, { class_name: now }: Manifest): Change[] {
  return old === now ? [] : [change('class-renamed', `class_name ${fromTo(old, now)}`, ['class_name'])];
}

function moduleType(before: Typed, after: Typed, key: 'input' | 'options' | 'output'): Change[] {
  return compareRoots(before, after, {
    before: [key],
    after: [key],
    subject: key,
    direction: key === 'output' ? 'sent' : 'received',
    affects: 'callers',
  });
}

/** Without a type, an input has at least one key. */
function emptyInput(before: Typed, after: Typed): Change[] {
  if (before.manifest.input === undefined || after.manifest.input !== undefined) return [];
  const { types, problems } = before.contract;
  const type = problems.length > 0 ? undefined : types.get('Input');
  const input = type && resolve(type, types);
  const allowsEmpty =
    input?.kind === 'map' || (input?.kind === 'object' && input.properties.every((one) => !one.isRequired));
  if (!allowsEmpty) return [];
  return [typeChange('limit-narrowed', 'received', 'callers', 'input must have at least one key now', ['input'])];
}

function permissions(before: Manifest, after: Manifest): Change[] {
  const [old, now] = [new Set(before.permissions_required), new Set(after.permissions_required)];
  const oldShapes = new Set(endpointsOf(before).map(({ shape }) => shape));
  const namespace = namespaceOf(after);
  const endpoints = endpointsOf(after).map((endpoint) => ({
    isNew: !oldShapes.has(endpoint.shape),
    permission: permissionOf(endpoint, namespace),
  }));
  const added = after.permissions_required.flatMap((permission, index): Change[] => {
    if (old.has(permission)) return [];
    const users = endpoints.filter((one) => one.permission === permission);
    // `endpoint-permission` reports what existing endpoints require.
    if (users.some(({ isNew }) => !isNew)) return [];
    const kind = users.length > 0 ? 'permission-of-new-endpoint' : 'permission-added';
    return [change(kind, `the permission ${permission} was added`, ['permissions_required', index])];
  });
  const removed = before.permissions_required
    .filter((permission) => !now.has(permission))
    .map((permission) =>
      change('permission-removed', `the permission ${permission} was removed`, ['permissions_required']),
    );
  return [...removed, ...added];
}

function events(before: Typed, after: Typed, list: 'events_emitted' | 'events_subscribed'): Change[] {
  const [old, now] = [eventNames(before.manifest[list]), eventNames(after.manifest[list])];
  const isEmitted = list === 'events_emitted';
  const removed = old
    .filter((event) => !now.includes(event))
    .map((event) =>
      isEmitted
        ? change('event-removed', `the event ${event} was removed`, [list])
        : change('subscription-removed', `the subscription to ${event} was removed`, [list]),
    );
  const others = now.flatMap((event, index): Change[] => {
    const at = old.indexOf(event);
    if (at === -1)
      return [
        isEmitted
          ? change('event-added', `the event ${event} was added`, [list, index])
          : change('subscription-added', `the subscription to ${event} was added`, [list, index]),
      ];
    return compareRoots(before, after, {
      before: [list, at, 'payload'],
      after: [list, index, 'payload'],
      subject: `the payload of ${event}`,
      direction: isEmitted ? 'sent' : 'received',
      affects: isEmitted ? 'subscribers' : 'callers',
    });
  });
  return [...removed, ...others];
}

function dependencies({ dependencies: old }: Manifest, { dependencies: now }: Manifest): Change[] {
  const packages = new Set(old.map(packageOf));
  const kept = new Set(now.map(packageOf));
  const added = now.flatMap((entry, index): Change[] => {
    if (old.includes(entry)) return [];
    const path = ['dependencies', index];
    if (entry.startsWith('module:'))
      return [
        change('module-required', `the dependency on the module ${entry.slice('module:'.length)} was added`, path),
      ];
    if (knownServices.has(entry))
      return [change('service-required', `the dependency on the service ${entry} was added`, path)];
    const earlier = old.find((one) => packageOf(one) === packageOf(entry));
    const text =
      earlier !== undefined && packages.has(packageOf(entry))
        ? `the dependency ${fromTo(earlier, entry)}`
        : `the dependency ${entry} was added`;
    return [change('package-changed', text, path)];
  });
  const removed = old
    .filter((entry) => !kept.has(packageOf(entry)))
    .map((entry) => change('dependency-removed', `the dependency ${entry} was removed`, ['dependencies']));
  return [...removed, ...added];
}

/** The name of a package without extras and version; `@scope/name` keeps its first character. */
function packageOf(entry: string): string {
  if (entry.startsWith('module:')) return entry;
  return (/^@?[^@=<>~!^[]+/.exec(entry)?.[0] ?? entry).toLowerCase();
}

function resources({ resources: old }: Manifest, { resources: now }: Manifest): Change[] {
  return (['cpu', 'memory', 'max_concurrent_jobs'] as const).flatMap((part) => {
    const [was, is] = [String(old[part]), String(now[part])];
    if (was === is) return [];
    return [change('resources-changed', `resources.${part} ${fromTo(was, is)}`, ['resources', part])];
  });
}
