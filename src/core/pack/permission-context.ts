import { splitName } from '../manifest/namespace.ts';
import { isKeyword, uniqueName } from '../text/names.ts';

/** A permission as a template wants it. */
export interface PermissionContext {
  /** As the manifest has it: `document_search:create`. */
  readonly name: string;
  /** snake_case, unique: its verb, with the namespace in front where that is not the module's own. */
  readonly key: string;
}

/** `own` is the namespace whose permissions go by their verb alone; `delete` is a fine key of an object. */
export function permissionContexts(permissions: readonly string[], own: string): PermissionContext[] {
  const used = new Set<string>();
  return permissions.map((name) => {
    const [namespace, verb] = splitName(name);
    const isOwn = namespace === own && (verb === 'delete' || !isKeyword(verb));
    return { name, key: uniqueName(isOwn ? verb : `${namespace}_${verb}`, used) };
  });
}
