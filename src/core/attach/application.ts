import type { Attached } from '../pack/render-host.ts';

/** The files of an application, which are read when they are needed. */
export interface AppFiles {
  /** Relative to its folder, with forward slashes, sorted. */
  readonly paths: readonly string[];
  /** The text of a file; `undefined` if it is missing, large or not text. */
  readonly read: (path: string) => string | undefined;
  readonly workspace?: Workspace;
  /** Files that `read` could not read so far: they are not UTF-8, or access is denied. */
  readonly unreadable?: ReadonlySet<string>;
}

/** A folder above with the lock file of a package manager: the application is one of its members. */
export interface Workspace {
  /** The application's folder in it: `backend`. */
  readonly folder: string;
  /** The lock files in its root. */
  readonly locks: readonly string[];
}

/** Where something was found. */
export interface Evidence {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

/** Something that was found, in words for the user. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly evidence: readonly Evidence[];
}

/** Why an application cannot be attached, and what to do instead. */
export interface Refusal {
  readonly reason: string;
  readonly alternative: string;
}

export type Framework = Attached['framework'];

export const frameworkTitles: Readonly<Record<Framework, string>> = {
  fastapi: 'FastAPI',
  fastify: 'Fastify',
  express: 'Express',
  nestjs: 'NestJS',
};

/** A place where the application is made, and the lines that attach the guest. */
export interface EntryPoint {
  /** How the user names it: `app/main.py:app`. */
  readonly id: string;
  /** How a server finds it: `app.main:app`. */
  readonly target?: string | undefined;
  readonly file: string;
  readonly line: number;
  /** Why it is the one, in words. */
  readonly reason: string;
  /** Whether there is a syntax error where it is made. */
  readonly isBroken?: boolean;
}

/** A function or value of the application that gives the user of a request. */
export interface UserSource {
  /** `app/api/deps.py:get_current_user` */
  readonly id: string;
  readonly file: string;
  readonly line: number;
  readonly name: string;
  /** The attribute with the id: `id`. */
  readonly idField: string;
  /** The expression that is true for administrators: `user.is_superuser`. */
  readonly admin: (Evidence & { readonly expression: string }) | undefined;
  /** Whether the user is a mapping, as the claims of a token are. */
  readonly isMapping: boolean;
  /** Whether only the id of the user is known, as in some sessions. */
  readonly isId?: boolean;
}

export type Dialect = 'postgresql' | 'mysql' | 'sqlite' | 'other';

/** A name and the file that defines it. */
export interface ImportedName {
  readonly file: string;
  readonly name: string;
  /** Another name that it is imported as. */
  readonly alias?: string;
}

/** The database of the application. */
export interface DatabaseSource extends Evidence {
  /** An expression for its URL in the ports file. */
  readonly expression: string;
  /** The names in the expression. */
  readonly imports: readonly ImportedName[];
  readonly dialect: Dialect | undefined;
}

/** The tool that makes the application's tables. */
export interface Migrations extends Evidence {
  readonly tool: 'alembic' | 'typeorm' | 'prisma' | 'knex' | 'drizzle' | 'sql';
  /** Where its revisions are. */
  readonly folder: string;
  /** The latest revisions, if known. */
  readonly heads: readonly string[];
  /** The file that sets up alembic, if it compares every schema of the database. */
  readonly includesSchemas: string | undefined;
}

export interface Application {
  readonly language: 'python' | 'node';
  /** The template pack. */
  readonly stack: 'fastapi' | 'fastify';
  readonly framework: Framework;
  readonly facts: readonly Fact[];
  readonly refusal: Refusal | undefined;
  /** The best first. Several of the same quality are a question. */
  readonly entries: readonly EntryPoint[];
  readonly isEntryClear: boolean;
  /** How a server may find the entry point, the likely one first. Several if nothing in the application shows which. */
  readonly targets?: readonly string[];
  readonly users: readonly UserSource[];
  readonly database: DatabaseSource | undefined;
  readonly migrations: Migrations | undefined;
  readonly packageManager: string;
  /** The command that installs the dependencies. */
  readonly installs: string;
  /** Warnings for the user. */
  readonly notes: readonly string[];
}

/** A program of the application and its arguments. */
export interface AppCommand {
  readonly argv: readonly string[];
  /** Below the folder of the application; empty for that folder. */
  readonly cwd: string;
}

/** What `host attach --verify` runs in an application. A step without commands is left out. */
export interface AppCommands {
  readonly install: readonly AppCommand[];
  readonly build: readonly AppCommand[];
  readonly migrate: readonly AppCommand[];
  /** Whether there are migrations, and no command for them was found. */
  readonly isMigrationUnclear: boolean;
  /** Starts the application. `{port}` in it is the port. */
  readonly start: AppCommand | undefined;
  /** Environment variables that the application may read the port from. */
  readonly portVariables: readonly string[];
  readonly test: readonly AppCommand[];
  /** A folder that the build makes of the folder of modules; `undefined` if nothing is built. */
  readonly builtModules: string | undefined;
}

/** Lines to insert into a file of the application. */
export interface FileEdit {
  readonly file: string;
  readonly after: string;
}

/** An edit whose position is uncertain. */
export interface PrintedEdit {
  readonly file: string;
  readonly reason: string;
  readonly lines: readonly string[];
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** The first match of a pattern in a file. */
export function findIn(
  files: AppFiles,
  file: string,
  pattern: RegExp,
): (Evidence & { match: RegExpExecArray }) | undefined {
  const text = files.read(file);
  const match = text === undefined ? null : pattern.exec(text);
  return text !== undefined && match ? { file, line: lineAt(text, match.index), match } : undefined;
}

export function folderName(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '' : path.slice(0, slash);
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A path in a folder of the application; `undefined` if it leads out of it. */
export function joinedPath(folder: string, path: string): string | undefined {
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of path.split('/'))
    if (part !== '..') parts.push(...(part === '.' ? [] : [part]));
    else if (parts.pop() === undefined) return undefined;
  return parts.join('/');
}

/** `app` and `main.py` for `app/main.py`; an empty folder is left out. */
export function pathOf(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('/');
}
