import { sharedEntries } from '../also-elsewhere.ts';
import type { ModuleFacts, ModulesRule, Table } from '../rule.ts';

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
      // `duplicate-name` reports modules of the same name.
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
