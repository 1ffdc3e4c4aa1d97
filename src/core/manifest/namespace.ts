import type { PermissionRole } from './endpoints.ts';
import type { Manifest } from './schema.ts';

export type LifecycleEvent = 'started' | 'progress' | 'completed' | 'failed' | 'cancelled';

export const permissionRoles: readonly PermissionRole[] = ['create', 'read', 'delete', 'admin'];
export const lifecycleEvents: readonly LifecycleEvent[] = ['started', 'progress', 'completed', 'failed', 'cancelled'];

/**
 * The prefix of the module's permissions and events: usually its name, otherwise the prefix of most standard ones. If two
 * prefixes are equally frequent, the name of the module wins, then the first one.
 */
export function namespaceOf(manifest: Pick<Manifest, 'name' | 'permissions_required' | 'events_emitted'>): string {
  const isOwn = (entry: string) => isInNamespace(entry, manifest.name);
  const events = manifest.events_emitted.map((entry) => (typeof entry === 'string' ? entry : entry.event));
  if (manifest.permissions_required.every(isOwn) && events.every(isOwn)) return manifest.name;
  const counts = new Map<string, number>();
  for (const [namespace, verb] of [...manifest.permissions_required, ...events].map(splitName)) {
    if (isStandardVerb(verb)) counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
  }
  const most = Math.max(0, ...counts.values());
  const first = [...counts.keys()].filter((namespace) => counts.get(namespace) === most);
  return first.length === 0 || first.includes(manifest.name) ? manifest.name : (first[0] as string);
}

/** `mon_module:create` and `mon_module.started` → namespace and verb; `billing.invoice.paid` has the verb `invoice.paid`. */
export function splitName(name: string): readonly [namespace: string, verb: string] {
  const mark = name.includes(':') ? ':' : '.';
  const [namespace = '', ...verb] = name.split(mark);
  return [namespace, verb.join(mark)];
}

/** Whether the namespace in `splitName(name)` is `namespace`. */
export function isInNamespace(name: string, namespace: string): boolean {
  const mark = name.charAt(namespace.length);
  return (mark === ':' || mark === '.') && name.startsWith(namespace);
}

function isStandardVerb(verb: string): boolean {
  return (permissionRoles as readonly string[]).includes(verb) || (lifecycleEvents as readonly string[]).includes(verb);
}
