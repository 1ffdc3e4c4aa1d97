import type { Neighbour, Subject, Table } from './rule.ts';

/** What is kept of a module that was checked by itself, for the rules between modules. */
export function neighbourOf({ file, namespace, faulty, manifest }: Subject, tables?: readonly Table[]): Neighbour {
  const { name, class_name, dependencies, permissions_required, events_emitted, events_subscribed, configuration } =
    manifest;
  const kept = {
    name,
    class_name,
    dependencies,
    permissions_required,
    events_emitted,
    events_subscribed,
    configuration,
  };
  return tables ? { file, namespace, faulty, manifest: kept, tables } : { file, namespace, faulty, manifest: kept };
}
