import { sharedEntries } from '../also-elsewhere.ts';
import type { ModulesRule, ModuleFacts, Table } from '../rule.ts';

export const tableOwner: ModulesRule = {
  id: 'table-owner',
  kind: 'modules',
  severity: 'error',
  summary: 'the code of two modules has the same table',
  why: 'It is most often a module that was copied and renamed, but for its tables: it is not started, or it writes into those of the other one.',
  needsAll: false,
  needsCode: true,
  check: (modules) =>
    sharedEntries<Table | undefined>(modules, eachTable).flatMap(({ module, other, key, entry }) => {
      // Two of one name are told as that.
      if (entry === undefined || module.manifest.name === other.manifest.name) return [];
      const { file, range } = entry;
      const message = `the table ${key} is taken: ${placeIn(other, key)} has it too`;
      return [{ module, file, range, message, hint: 'Rename one of the two, in its migrations too.' }];
    }),
};

/** Of a module whose code is not read, those that every module has. */
function eachTable({ manifest, tables }: ModuleFacts, visit: (key: string, entry: Table | undefined) => void): void {
  for (const table of tables ?? []) visit(table.name, table);
  if (tables === undefined) for (const kind of ['jobs', 'results']) visit(`${manifest.name}_${kind}`, undefined);
}

function placeIn({ file, tables }: ModuleFacts, name: string): string {
  const table = tables?.find((one) => one.name === name);
  return table === undefined ? file : `${table.file}:${table.range.start.line}`;
}
