import { tsLiteral } from '../../text/literals.ts';
import { type AppFiles, baseName, folderName, type Migrations, type PrintedEdit, pathOf } from '../application.ts';
import { aboutOf, nameLike, pascalName, type Revision } from './revision.ts';

/** TypeORM takes the last 13 digits of the name for a timestamp in milliseconds. */
const firstTimestamp = 1_700_000_000_000;

export interface TypeOrmRevisions {
  readonly created: [path: string, text: string][];
  readonly printed: readonly PrintedEdit[];
}

/** Migrations after the last one, each in a file. They are printed as well if the application lists its migrations. */
export function typeOrmRevisions(
  files: AppFiles,
  { folder }: Migrations,
  revisions: readonly Revision[],
): TypeOrmRevisions {
  const known = files.paths
    .filter((path) => folderName(path) === folder && /\bMigrationInterface\b/.test(files.read(path) ?? ''))
    .sort((a, b) => numberIn(a) - numberIn(b));
  const last = known.at(-1) ?? '';
  const example = files.read(last) ?? '';
  const list = listOf(files, last, example);
  let number = Math.max(numberIn(last), firstTimestamp - 1);
  const created: [string, string][] = [];
  const printed: PrintedEdit[] = [];
  for (const one of revisions) {
    number += 1;
    const name = `${pascalName(one.words)}${number}`;
    const file = fileName(one.words, number, baseName(last));
    created.push([pathOf(folder, file), textOf(one, name, example, /\.[cm]?js$/.test(last))]);
    if (list !== undefined)
      printed.push({ file: list, reason: 'it lists the migrations', lines: [`${name} from ${pathOf(folder, file)}`] });
  }
  return { created, printed };
}

function numberIn(path: string): number {
  return Number(/\d{5,}/.exec(baseName(path))?.[0] ?? 0);
}

/** `1742800000001-create-ai-tables.ts` beside `1742800000000-create-appointment.ts`. */
function fileName(words: readonly string[], number: number, last: string): string {
  const [, stem = '', ending = '.ts'] = /^(.*?)(\.[cm]?[jt]s)?$/.exec(last) ?? [];
  const [, gap = '-', rest = ''] = /^\d+([-_]?)(.*)$/.exec(stem) ?? [];
  return /^\d/.test(stem)
    ? `${number}${gap}${nameLike(words, rest)}${ending}`
    : `${pascalName(words)}${number}${ending}`;
}

/** The file that imports the class of the last migration. */
function listOf(files: AppFiles, last: string, example: string): string | undefined {
  const name = /\bclass\s+(\w+)/.exec(example)?.[1];
  if (name === undefined) return undefined;
  return files.paths.find(
    (path) => path !== last && /\.[cm]?[jt]s$/.test(path) && new RegExp(`\\b${name}\\b`).test(files.read(path) ?? ''),
  );
}

/** In the style of the last migration: quotes, indentation, semicolons. */
function textOf(one: Revision, name: string, example: string, isJavaScript: boolean): string {
  const { title, up, down } = one;
  const first = /^import[^\n]*\btypeorm\b[^\n]*$/m.exec(example)?.[0];
  const imported = first ?? `import { MigrationInterface, QueryRunner } from ${tsLiteral('typeorm')};`;
  const quote = imported.includes('"') ? '"' : "'";
  const end = imported.endsWith(';') ? ';' : '';
  const tab = /^[ \t]+(?=\S)/m.exec(example.slice(example.indexOf('class ')))?.[0] ?? '  ';
  const sql = (up as readonly string[]).map((statement) => `\n${statement}\n`).join('');
  const isExported = /\bmodule\.exports\b/.test(example);
  const heading = isJavaScript && isExported ? '' : `${imported}\n\n`;
  const type = isJavaScript ? '' : ' implements MigrationInterface';
  const declared = isExported ? `module.exports = class ${name}${type}` : `export class ${name}${type}`;
  const scope = /\bpublic\s+(?:async\s+)?up\b/.test(example) ? 'public ' : '';
  const promise = isJavaScript ? '' : ': Promise<void>';
  const parameter = isJavaScript ? 'queryRunner' : 'queryRunner: QueryRunner';
  const query = (sql: string) => `${tab}${tab}await queryRunner.query(${sql})${end}`;
  const undo =
    down === undefined
      ? `${tab}${scope}down()${promise} {
${tab}${tab}// The tables have data: what is new in them stays.
${tab}${tab}return Promise.resolve()${end}`
      : `${tab}${scope}async down(${parameter})${promise} {\n${query(`'${down}'`)}`;
  return `${heading}// ${title}. ${aboutOf(one)}
const statements = \`${escaped(sql)}\`${end}

${declared} {
${tab}name = ${quote}${name}${quote}${end}

${tab}${scope}async up(${parameter})${promise} {
${query('statements')}
${tab}}

${undo}
${tab}}
}
`;
}

function escaped(sql: string): string {
  return sql.replace(/[\\`]|\$(?=\{)/g, (char) => `\\${char}`);
}
