import { type AppFiles, baseName, folderName, type Migrations, pathOf } from '../application.ts';
import { aboutOf, nameLike, type Revision } from './revision.ts';

/** Comments that separate the two directions in one file: of dbmate, node-pg-migrate and goose. */
const directions: readonly (readonly [up: string, down: string])[] = [
  ['-- migrate:up', '-- migrate:down'],
  ['-- Up Migration', '-- Down Migration'],
  ['-- +goose Up\n-- +goose StatementBegin', '-- +goose StatementEnd\n-- +goose Down'],
];

const kept = '-- The tables have data: what is new in them stays.';

/** Files with SQL, numbered and named like the last one in the folder, or folders with a `migration.sql` for Prisma. */
export function sqlRevisions(
  files: AppFiles,
  { folder, tool }: Migrations,
  revisions: readonly Revision[],
): [path: string, text: string][] {
  const isPrisma = tool === 'prisma';
  const paths = files.paths.filter((path) => path.startsWith(`${folder}/`) && path.endsWith('.sql'));
  const entries = paths
    .filter((path) => (folderName(path) === folder) !== isPrisma)
    .map((path) => ({ path, name: isPrisma ? baseName(folderName(path)) : baseName(path) }))
    .sort((a, b) => numberIn(a.name) - numberIn(b.name));
  const last = entries.findLast(({ name }) => !isUndo(name));
  const undone = entries.find(({ name }) => isUndo(name) && numberIn(name) === numberIn(last?.name ?? ''));
  const example = files.read(last?.path ?? '') ?? '';
  const marks = directions.find(([up]) => example.includes(up.split('\n')[0] ?? up));
  let number = numberIn(last?.name ?? '');
  return revisions.flatMap((one) => {
    number += 1;
    const sql = (up(one) ?? []).join('\n\n');
    const text = `-- ${one.title}. ${aboutOf(one)}\n${sql}\n`;
    const down = one.down === undefined ? kept : `${one.down};`;
    if (isPrisma) return [[pathOf(folder, nameOf(one, number, last?.name), 'migration.sql'), text]];
    const path = pathOf(folder, nameOf(one, number, last?.name ?? '0000_x.sql'));
    if (marks !== undefined) return [[path, `${marks[0]}\n${text}\n${marks[1]}\n${down}\n`]];
    const other = undone && pathOf(folder, nameOf(one, number, undone.name));
    return [[path, text], ...(other === undefined ? [] : [[other, `${down}\n`] as [string, string]])];
  });
}

function up({ up: statements }: Revision): readonly string[] | undefined {
  return Array.isArray(statements) ? statements : undefined;
}

function isUndo(name: string): boolean {
  return /[._-](?:undo|down|rollback)\b|^U\d/.test(name);
}

function numberIn(name: string): number {
  return Number(/\d+/.exec(name)?.[0] ?? 0);
}

/** `003.do.create_ai_tables.sql` beside `002.do.user_roles.sql`, `V3__…`, `20250322101500_…`, `0003_….up.sql`. */
function nameOf({ words }: Revision, number: number, example = '0000_x'): string {
  const [, start = '', digits = '', gap = '_', direction = '', name = '', end = ''] =
    /^(\D*)(\d+)([._-]*)((?:do|undo|up|down)\.)?(.*?)((?:\.(?:do|undo|up|down))?(?:\.sql)?)$/.exec(example) ?? [];
  return `${start}${String(number).padStart(digits.length, '0')}${gap || '_'}${direction}${nameLike(words, name)}${end}`;
}
