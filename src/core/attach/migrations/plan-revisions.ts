import { snakeCase } from '../../text/names.ts';
import type { AppFiles, Migrations, PrintedEdit } from '../application.ts';
import { nodeMigrations } from '../node/database.ts';
import { alembicMigrations } from '../python/database.ts';
import { alembicRevisions } from './alembic.ts';
import {
  isRevision,
  type ModuleRevision,
  markOf,
  type Revision,
  type RuntimeSql,
  revisionSchema,
  type SqlFile,
  statementOf,
} from './revision.ts';
import { sqlRevisions } from './sql-folder.ts';
import { typeOrmRevisions } from './typeorm.ts';

export interface AppRevisions {
  /** New files of the migration tool. */
  readonly created: readonly (readonly [path: string, text: string])[];
  /** What the user has to add. */
  readonly printed: readonly PrintedEdit[];
}

const nothing: AppRevisions = { created: [], printed: [] };

/** The migration tool of an application. Migrations of modules, below `dir`, are not its own. */
export function migrationsOf(files: AppFiles, dir: string): Migrations | undefined {
  const own = withoutFolder(files, dir);
  return alembicMigrations(own) ?? nodeMigrations(own);
}

/** The files of the application's migration tool that make tables of the runtime or of modules. */
export function revisionFiles(files: AppFiles, dir: string): string[] {
  const { paths, read } = withoutFolder(files, dir);
  return paths.filter((path) => /\.(?:py|sql|[cm]?[jt]s)$/.test(path) && isRevision(read(path) ?? ''));
}

/**
 * Revisions for everything that no revision of the application contains: the runtime's tables, and tables of modules below
 * `dir`.
 */
export function planRevisions(files: AppFiles, dir: string, runtime: RuntimeSql): AppRevisions {
  const migrations = migrationsOf(files, dir);
  if (migrations === undefined) return nothing;
  const written = revisionFiles(files, dir).map((path) => files.read(path) ?? '');
  const isWritten = (one: SqlFile | ModuleRevision) => written.some((text) => text.includes(markOf(one)));
  const revisions = [
    ...ofRuntime(runtime, isWritten),
    ...(migrations.tool === 'alembic'
      ? moduleRevisions(files, dir)
          .filter((one) => !isWritten(one))
          .map(ofModule)
      : ofModuleFiles(
          moduleFiles(files, dir).filter((one) => !isWritten(one)),
          runtime,
        )),
  ];
  return revisionsFor(files, migrations, revisions);
}

/** One more revision of the application. */
export function planRevision(files: AppFiles, dir: string, revision: Revision): AppRevisions {
  const migrations = migrationsOf(files, dir);
  return migrations === undefined ? nothing : revisionsFor(files, migrations, [revision]);
}

function revisionsFor(files: AppFiles, migrations: Migrations, revisions: readonly Revision[]): AppRevisions {
  if (revisions.length === 0) return nothing;
  if (migrations.heads.length > 1) return { created: [], printed: [severalHeads(migrations, revisions)] };
  switch (migrations.tool) {
    case 'alembic':
      return { created: alembicRevisions(files, migrations, revisions), printed: [] };
    case 'typeorm':
      return typeOrmRevisions(files, migrations, revisions);
    case 'prisma':
    case 'sql':
      return { created: sqlRevisions(files, migrations, revisions), printed: [] };
    default:
      return { created: [], printed: [byHand(migrations, revisions)] };
  }
}

function withoutFolder({ paths, read }: AppFiles, dir: string): AppFiles {
  return { paths: paths.filter((path) => !path.startsWith(`${dir}/`)), read };
}

function ofRuntime({ files, statement }: RuntimeSql, isWritten: (one: SqlFile) => boolean): Revision[] {
  const missing = files.filter((one) => !isWritten(one));
  if (missing.length === 0) return [];
  const isFirst = missing.length === files.length;
  return [
    {
      words: [isFirst ? 'create' : 'update', 'ai', 'tables'],
      title: `${isFirst ? 'Create' : 'Update'} the tables of the AI modules`,
      up: missing.map((one) => statementOf(one, statement)),
      down: isFirst ? `drop schema "${revisionSchema}" cascade` : undefined,
    },
  ];
}

/** The SQL files of modules: one revision for each module. */
function ofModuleFiles(missing: readonly SqlFile[], { statement }: RuntimeSql): Revision[] {
  const owners = [...new Set(missing.map(({ owner }) => owner))];
  return owners.map((owner) => {
    const own = missing.filter((one) => one.owner === owner);
    const last = own.at(-1)?.file.replace(/\.sql$/, '') ?? '';
    return {
      words: wordsOf(owner, last),
      title: `Tables of the module ${owner}: ${own.map(({ file }) => file).join(', ')}`,
      up: own.map((one) => statementOf(one, statement)),
      down: undefined,
    };
  });
}

function moduleFiles({ paths, read }: AppFiles, dir: string): SqlFile[] {
  return paths.flatMap((path) => {
    const [, owner = '', file] = inModule(path, dir, 'sql');
    const sql = file === undefined ? undefined : read(path);
    return file === undefined || sql === undefined ? [] : [{ owner, file, sql }];
  });
}

/** The chains of modules, in the order in which they run. */
function moduleRevisions({ paths, read }: AppFiles, dir: string): ModuleRevision[] {
  return paths.flatMap((path) => {
    const [, module = '', file] = inModule(path, dir, 'py');
    const text = file === undefined ? '' : (read(path) ?? '');
    const revision = /^revision\b[^=\n]*=\s*["']([^"']+)["']/m.exec(text)?.[1];
    const previous = /^down_revision\b[^=\n]*=\s*["']([^"']+)["']/m.exec(text)?.[1];
    return revision === undefined ? [] : [{ module, revision, previous, text }];
  });
}

function inModule(path: string, dir: string, extension: string): (string | undefined)[] {
  const below = path.startsWith(`${dir}/`) ? path.slice(dir.length + 1) : '';
  return new RegExp(`^modules/(\\w+)/migrations/([^/]+\\.${extension})$`).exec(below) ?? [];
}

function ofModule(up: ModuleRevision): Revision {
  const message = /^\s*[rR]?"""(.*?)\.?\s*(?:\n|""")/.exec(up.text)?.[1] || up.revision;
  return {
    words: wordsOf(up.module, message),
    title: `Tables of the module ${up.module}: ${message}`,
    up,
    down: undefined,
  };
}

function wordsOf(module: string, rest: string): string[] {
  const words = snakeCase(rest.normalize('NFKD').replace(/[^\x20-\x7e]/g, ''))
    .split('_')
    .map((word) => word.replace(/[^a-z0-9]/g, ''));
  return ['ai', ...module.split('_'), ...words].filter((word) => word !== '').slice(0, 8);
}

function severalHeads({ file, heads }: Migrations, revisions: readonly Revision[]): PrintedEdit {
  const titles = revisions.map(({ title }) => title).join('; ');
  return {
    file,
    reason: `no revision follows the heads ${heads.join(', ')}: ${titles}`,
    lines: ['alembic merge heads', 'create-ai-module update'],
  };
}

function byHand({ tool }: Migrations, revisions: readonly Revision[]): PrintedEdit {
  const titles = revisions.map(({ title }) => title).join('; ');
  return {
    file: `the migrations of ${tool}`,
    reason: `no files are written for them: ${titles}`,
    lines: ['npx ai-module-runtime sql'],
  };
}
