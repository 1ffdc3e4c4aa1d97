import { problemAt } from '../../../diagnostic.ts';
import { eventNames } from '../../../manifest/events.ts';
import { isInNamespace, splitName } from '../../../manifest/namespace.ts';
import { classStem } from '../../../text/names.ts';
import type { ModuleFacts, ModulesRule, Table } from '../../rule.ts';
import { modulesThatShare, sharedEntries } from './also-elsewhere.ts';

export const duplicateName: ModulesRule = {
  id: 'duplicate-name',
  kind: 'modules',
  severity: 'error',
  summary: 'two modules of a host have the same name',
  why: 'Their URLs, tables and environment variables would be the same, so the host loads only one of them.',
  needsAll: false,
  check: (modules) =>
    sharedEntries<void>(modules, ({ manifest }, visit) => visit(manifest.name)).map(({ module, other, key }) => ({
      module,
      ...problemAt(
        ['name'],
        `the name ${key} is already in use by ${other.file}`,
        `Rename one of the two modules: both use /api/v1/modules/${key} and the tables ${key}_jobs and ${key}_results.`,
      ),
    })),
};

export const duplicateClass: ModulesRule = {
  id: 'duplicate-class',
  kind: 'modules',
  severity: 'error',
  summary: 'two modules of a host have the same class names',
  why: 'The schemas in the OpenAPI document of the host are named after class_name, without Module. The schemas of one module would replace those of the other.',
  needsAll: false,
  check: (modules) =>
    sharedEntries<void>(modules, ({ manifest }, visit) => visit(classStem(manifest.class_name))).map(
      ({ module, other, key }) => ({
        module,
        ...problemAt(
          ['class_name'],
          `the class name prefix ${key} is already in use: ${other.file} has ${other.manifest.class_name}`,
          'Rename one of the two classes.',
        ),
      }),
    ),
};

export const eventOwner: ModulesRule = {
  id: 'event-owner',
  kind: 'modules',
  severity: 'error',
  summary: 'two modules emit the same event, or a module emits an event of the host',
  why: 'Subscribers cannot distinguish the two events, and their data differs.',
  needsAll: false,
  check(modules, host) {
    const related = modulesThatShare(modules, ({ manifest, namespace }, visit) => {
      visit(namespace);
      for (const event of eventNames(manifest.events_emitted))
        if (!isInNamespace(event, namespace)) visit(splitName(event)[0]);
    });
    const shared = sharedEntries<number>(related, ({ manifest }, visit) =>
      eventNames(manifest.events_emitted).forEach(visit),
    ).map(({ module, other, key, entry }) => ({
      module,
      ...problemAt(
        ['events_emitted', entry],
        `${key} is also emitted by ${other.file}`,
        whichToRename(key, module, other),
      ),
    }));
    const isOfHost = (event: string) => host.events.includes(event);
    const emitters = modules.filter(({ manifest }) => eventNames(manifest.events_emitted).some(isOfHost));
    const ofHost = emitters.flatMap((module) =>
      eventNames(module.manifest.events_emitted).flatMap((event, index) => {
        if (!isOfHost(event)) return [];
        return [
          { module, ...problemAt(['events_emitted', index], `${event} is an event of the host`, 'Rename the event.') },
        ];
      }),
    );
    return [...shared, ...ofHost];
  },
};

/** A hint to rename the event whose namespace differs from that of its module. */
function whichToRename(event: string, module: ModuleFacts, other: ModuleFacts): string {
  const [isHere, isThere] = [module, other].map(({ namespace }) => namespace === splitName(event)[0]);
  if (isHere === isThere) return 'Rename one of the two.';
  return isHere ? 'Rename the other event: the namespace belongs to this module.' : 'Rename this event.';
}

export const permissionOwner: ModulesRule = {
  id: 'permission-owner',
  kind: 'modules',
  severity: 'error',
  summary: 'two modules declare the same permission as their own',
  why: 'A user with the permission for one module also has it for the other one.',
  needsAll: false,
  check(modules) {
    const related = modulesThatShare(modules, ({ namespace }, visit) => visit(namespace));
    return sharedEntries<number>(related, ({ manifest, namespace }, visit) => {
      for (const [index, permission] of manifest.permissions_required.entries())
        if (isInNamespace(permission, namespace)) visit(permission, index);
    }).map(({ module, other, key, entry }) => ({
      module,
      ...problemAt(
        ['permissions_required', entry],
        `${key} is also declared by ${other.file}`,
        'Give one of the modules its own namespace.',
      ),
    }));
  },
};

export const tableOwner: ModulesRule = {
  id: 'table-owner',
  kind: 'modules',
  severity: 'error',
  summary: 'the code of two modules defines the same table',
  why: 'Usually a module was copied and renamed, but not its tables. The module does not start, or it writes to the tables of the other one.',
  needsAll: false,
  needsCode: true,
  check: (modules) =>
    sharedEntries<Table | undefined>(modules, eachTable).flatMap(({ module, other, key, entry }) => {
      // `duplicate-name` reports modules with the same name.
      if (entry === undefined || module.manifest.name === other.manifest.name) return [];
      const { file, range } = entry;
      const message = `the table ${key} is already in use by ${placeIn(other, key)}`;
      return [{ module, file, range, message, hint: 'Rename one of the two tables, also in its migrations.' }];
    }),
};

/** The tables in the code of a module, or the standard ones if its code was not read. */
function eachTable({ manifest, tables }: ModuleFacts, visit: (key: string, entry: Table | undefined) => void): void {
  for (const table of tables ?? []) visit(table.name, table);
  if (tables === undefined) for (const kind of ['jobs', 'results']) visit(`${manifest.name}_${kind}`, undefined);
}

function placeIn({ file, tables }: ModuleFacts, name: string): string {
  const table = tables?.find((one) => one.name === name);
  return table === undefined ? file : `${table.file}:${table.range.start.line}`;
}
