import { fingerprintOf } from '../../text/fingerprint.ts';
import { type AppFiles, baseName, folderName, type Migrations, pathOf } from '../application.ts';
import { type ModuleRevision, type Revision, revisionSchema } from './revision.ts';

/** Revisions after the head, each in a file. */
export function alembicRevisions(
  files: AppFiles,
  { folder, heads }: Migrations,
  revisions: readonly Revision[],
): [path: string, text: string][] {
  const known = revisionsIn(files, folder);
  let style = known.find(({ revision }) => revision === heads[0]);
  return revisions.map((one) => {
    const id = nextId(one, style, known);
    const path = pathOf(style ? folderName(style.path) : folder, `${id}_${one.words.join('_')}.py`);
    const text = textOf(files, one, id, style);
    style = { path, revision: id, text };
    return [path, text];
  });
}

interface Known {
  readonly path: string;
  readonly revision: string;
  readonly text: string;
}

function revisionsIn(files: AppFiles, folder: string): Known[] {
  return files.paths
    .filter((path) => path.startsWith(`${folder}/`) && path.endsWith('.py'))
    .flatMap((path) => {
      const text = files.read(path) ?? '';
      const revision = /^revision\b[^=\n]*=\s*["']([^"']+)["']/m.exec(text)?.[1];
      return revision === undefined ? [] : [{ path, revision, text }];
    });
}

/** The next number if revisions are numbered, else twelve digits like those of alembic: the same for the same content. */
function nextId({ title, up }: Revision, last: Known | undefined, known: readonly Known[]): string {
  const isNumbered =
    last !== undefined && /^\d{1,6}$/.test(last.revision) && baseName(last.path).startsWith(last.revision);
  if (isNumbered) return String(Number(last.revision) + 1).padStart(last.revision.length, '0');
  const base = [last?.revision ?? '', known.length, title, up];
  return `${fingerprintOf(base)}${fingerprintOf([...base, 'more'])}`.slice(0, 12);
}

const names = ['revision', 'down_revision', 'branch_labels', 'depends_on'] as const;

/** A revision in the style of the last one: quotes, annotations, docstring. */
function textOf(files: AppFiles, one: Revision, id: string, last: Known | undefined): string {
  const example = last?.text ?? '';
  const quote = /^revision\b[^=\n]*=\s*'/m.test(example) ? "'" : '"';
  const values = [`${quote}${id}${quote}`, last ? `${quote}${last.revision}${quote}` : 'None', 'None', 'None'];
  const targets = names.map((name) => new RegExp(`^${name}\\b[^=\\n]*(?==)`, 'm').exec(example)?.[0].trim() ?? name);
  const typing = typingLines(example, targets.join('\n'));
  const assigned = targets.map((target, at) => `${target} = ${values[at]}\n`).join('');
  const details = /^Revision ID:/m.test(example) ? `\n\nRevision ID: ${id}\nRevises: ${last?.revision ?? ''}\n\n` : '';
  const head = `"""${one.title}${details}"""\n\n`;
  const body = Array.isArray(one.up) ? sqlBody(one) : moduleBody(one.up as ModuleRevision);
  const imports = [...typing, ...(typing.length > 0 ? [''] : []), ...body.imports].join('\n');
  const length = Math.max(...body.text.split('\n').map((line) => line.length));
  const comments = lintComments(files, length, Array.isArray(one.up));
  return `${head}${imports}\n\n${assigned}\n${comments}${body.text}`;
}

/** The imports that the annotations need. */
function typingLines(example: string, annotations: string): string[] {
  return [...example.matchAll(/^from (typing|collections\.abc) import ([\w, ]+)$/gm)].flatMap(
    ([, module, list = '']) => {
      const used = list.split(/,\s*/).filter((name) => new RegExp(`\\b${name}\\b`).test(annotations));
      return used.length === 0 ? [] : [`from ${module} import ${used.join(', ')}`];
    },
  );
}

/** The linter may limit the length of lines, also in texts. Code keeps the lines that it has in the module. */
function lintComments({ paths, read }: AppFiles, length: number, isText: boolean): string {
  const texts = ['pyproject.toml', 'ruff.toml', '.ruff.toml'].map((path) => read(path) ?? '').join('\n');
  const limit = Number(/^line-length\s*=\s*(\d+)/m.exec(texts)?.[1] ?? 88);
  if (length <= limit) return '';
  const isSelected = /\bselect\s*=\s*\[[^\]]*["'](?:ALL|E|E5|E501)["']/.test(texts);
  const isIgnored = /\bignore\s*=\s*\[[^\]]*["']E501["']/.test(texts);
  const isFormatted = /\[tool\.(?:ruff|black)\b/.test(texts) || paths.some((path) => /^\.?ruff\.toml$/.test(path));
  const others = paths.includes('.flake8') ? '# flake8: noqa: E501\n' : '';
  return `${isSelected && !isIgnored ? '# ruff: noqa: E501\n' : others}${isFormatted && !isText ? '# fmt: off\n\n' : ''}`;
}

interface Body {
  readonly imports: readonly string[];
  readonly text: string;
}

function sqlBody({ up, down, about = 'Each runs one file, unless the database has run it.' }: Revision): Body {
  const statements = (up as readonly string[]).map((sql) => `    """\n${escaped(sql)}\n""",\n`).join('');
  const undo =
    down === undefined ? 'pass  # The tables have data: what is new in them stays.' : `op.execute('${down}')`;
  return {
    imports: ['from alembic import op'],
    text: `# ${about} Drivers such as asyncpg take one statement at a time.
STATEMENTS = (
${statements})


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    ${undo}
`,
  };
}

/** SQL in a text of Python, in which SQLAlchemy takes `:name` for a parameter. */
function escaped(sql: string): string {
  return sql
    .replaceAll('\\', '\\\\')
    .replace(/(?<![:\w\\]):(?=\w)/g, '\\\\:')
    .replaceAll('"""', '\\"\\"\\"');
}

const enter = `select set_config('ai.search_path', current_setting('search_path'), true)`;
const leave = `select set_config('search_path', current_setting('ai.search_path'), true)`;

/** The code of a module's revision, run in the schema of the modules, and the module's own record of it. */
function moduleBody({ module, revision, previous, text }: ModuleRevision): Body {
  const code = text
    .replace(/^(?:\s*(?:#[^\n]*)?\n)*[rR]?("""|''')[\s\S]*?\1[^\n]*\n/, '')
    .replace(new RegExp(`^(?:${names.join('|')})\\b[^=\\n]*=[^\\n]*\\n`, 'gm'), '')
    .replace(/^def upgrade\(/m, 'def create_tables(')
    .replace(/^def downgrade\(/m, 'def drop_tables(');
  const start = code.search(/^(?:def|class|@|[A-Za-z_]\w*\s*[:=])/m);
  const before = code.slice(0, start === -1 ? code.length : start).trim();
  const imports = /\bimport op\b/.test(before) ? before : [before, 'from alembic import op'].join('\n').trim();
  const version = `${module}_version`;
  const recorded = (id: string | undefined) => [
    `op.execute("delete from ${version}")`,
    ...(id === undefined ? [] : [`op.execute("insert into ${version} (version_num) values ('${id}')")`]),
  ];
  const inside = (lines: readonly string[]) =>
    [
      `op.execute("${enter}")`,
      `op.execute('set local search_path to "${revisionSchema}", public')`,
      ...lines,
      `op.execute("${leave}")`,
    ]
      .map((line) => `    ${line}\n`)
      .join('');
  const created = `op.execute("create table if not exists ${version} (version_num varchar(32) primary key)")`;
  return {
    imports: [imports],
    text: `
${code.slice(start).trim()}


def upgrade() -> None:
${inside(['create_tables()', created, ...recorded(revision)])}

def downgrade() -> None:
${inside(['drop_tables()', ...recorded(previous)])}`,
  };
}
