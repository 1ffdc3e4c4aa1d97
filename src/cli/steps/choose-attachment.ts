import type { AppFiles, DatabaseSource, EntryPoint, UserSource } from '../../core/attach/application.ts';
import type { AttachChoices } from '../../core/attach/draft.ts';
import type { Detected } from '../../core/attach/plan-attach.ts';
import { Failure } from '../../core/failure.ts';
import type { Io } from '../../io/io.ts';
import { mayAsk, type PlanFlags } from '../output/show-plan.ts';

export interface AttachFlags extends PlanFlags {
  readonly entry?: string;
  readonly user?: string;
  readonly admin?: string;
  readonly database?: string;
  readonly prefix?: string;
  readonly dir?: string;
  readonly migrations?: string;
  readonly runtime?: string;
  /** False with --no-resolve. */
  readonly resolve?: boolean;
}

/**
 * The decisions of flags, else of prompts, else the defaults with --yes, and the application as read with them. Throws
 * `answer-missing` and `answer-invalid`.
 */
export async function chooseAttachment(
  io: Io,
  detected: Detected,
  files: AppFiles,
  flags: AttachFlags,
): Promise<{ readonly application: Detected; readonly choices: AttachChoices }> {
  if (flags.runtime !== undefined && flags.runtime !== 'vendored' && flags.runtime !== 'registry')
    throw new Failure('usage', { message: `--runtime must be vendored or registry, not ${flags.runtime}.` });
  const { defaultDir, definesName, detectApplication, isCondition } = await import('../../core/attach/plan-attach.ts');
  const { id } = await chooseEntry(io, detected, files, flags);
  const target = await chooseTarget(io, detectApplication(files, flags.entry ?? id) ?? detected, flags);
  const chosen = { ...flags, entry: target ?? flags.entry ?? id };
  const application = detectApplication(files, chosen.entry) ?? detected;
  const entry = await chooseEntry(io, application, files, chosen);
  const user = chooseUser(application, flags, (file, name) => definesName(files, file, name));
  if (flags.admin !== undefined) assertAdmin(user, flags.admin, isCondition(application, flags.admin));
  const choices = {
    entry,
    user,
    admin: flags.admin ?? user?.admin?.expression,
    database: await chooseDatabase(io, application, flags),
    prefix: prefixOf(flags.prefix ?? '/ai'),
    dir: dirOf(flags.dir ?? defaultDir(application, entry)),
    migrations: migrationsOf(flags.migrations ?? 'runtime'),
  };
  return { application, choices };
}

async function chooseEntry(
  io: Io,
  { entries, isEntryClear }: Detected,
  { unreadable = new Set() }: AppFiles,
  flags: AttachFlags,
): Promise<EntryPoint> {
  const [first] = entries;
  const hidden = [...unreadable].filter((path) => /\.(py|[cm]?[jt]s)$/.test(path)).slice(0, 3);
  if (first === undefined)
    throw new Failure('attach-refused', {
      reason: `no file makes an application object${hidden.length === 0 ? '' : `; not readable as UTF-8: ${hidden.join(', ')}`}`,
      alternative:
        'Check that the folder is the one of the application, or attach it by hand as docs/attach.md describes',
    });
  const known = entries.map(({ id }) => id);
  if (flags.entry !== undefined) {
    const found = entries.find(({ id, file, target }) => [id, file, target].includes(flags.entry));
    if (found) return found;
    throw new Failure('answer-invalid', {
      flag: '--entry',
      value: flags.entry,
      reason: `must be one of ${known.join(', ')}`,
    });
  }
  if (isEntryClear) return first;
  if (!mayAsk(io, flags)) throw new Failure('answer-missing', { flag: `--entry (${known.join(', ')})` });
  const prompter = await io.prompter();
  const chosen = await prompter.select(
    'Which application gets the modules?',
    entries.map(({ id, reason }) => ({ value: id, label: `${id}: ${reason}` })),
    first.id,
  );
  return entries.find(({ id }) => id === chosen) ?? first;
}

/** How a server finds the entry point in Python; `undefined` if that is known, or nobody can be asked. */
async function chooseTarget(io: Io, { targets = [] }: Detected, flags: AttachFlags): Promise<string | undefined> {
  if (targets.length < 2 || !mayAsk(io, flags)) return undefined;
  const prompter = await io.prompter();
  return prompter.select(
    'How does the server find the application?',
    targets.map((target) => ({ value: target, label: `uvicorn ${target}` })),
    targets[0],
  );
}

function chooseUser(
  { users, language }: Detected,
  { user }: AttachFlags,
  isDefined: (file: string, name: string) => boolean,
): UserSource | undefined {
  if (user === 'none') return undefined;
  if (user === undefined) return users[0];
  const found = users.find(({ id, name }) => id === user || name === user);
  if (found) return found;
  // Node has no functions of one form that return the user: `none` leaves a place for it in the ports.
  if (language === 'node')
    throw new Failure('answer-invalid', {
      flag: '--user',
      value: user,
      reason: `must be one of ${[...users.map(({ id }) => id), 'none'].join(', ')}`,
    });
  const [, file = '', name = ''] = /^(.+\.py):([A-Za-z_]\w*)$/.exec(user) ?? [];
  if (file === '')
    throw new Failure('answer-invalid', {
      flag: '--user',
      value: user,
      reason: 'must be none, or a file and a function: app/deps.py:get_current_user',
    });
  if (!isDefined(file, name))
    throw new Failure('answer-invalid', { flag: '--user', value: user, reason: `${file} does not define ${name}` });
  return { id: user, file, name, line: 1, idField: 'id', admin: undefined, isMapping: false };
}

/** An expression about administrators reads the user, who is more than an id. */
function assertAdmin(user: UserSource | undefined, value: string, isCondition: boolean): void {
  if (!isCondition)
    throw new Failure('answer-invalid', {
      flag: '--admin',
      value,
      reason: 'must be an expression, such as user.is_superuser or user.role == "admin"',
    });
  if (user === undefined || user.isId)
    throw new Failure('answer-invalid', {
      flag: '--admin',
      value,
      reason: `can't be used: ${user === undefined ? 'no function returns the user' : `${user.id} has only the id of the user`}`,
    });
}

async function chooseDatabase(io: Io, { database }: Detected, flags: AttachFlags): Promise<DatabaseSource | undefined> {
  const isUsable = database?.dialect === 'postgresql';
  if (flags.database !== undefined && flags.database !== 'app' && flags.database !== 'own')
    throw new Failure('answer-invalid', { flag: '--database', value: flags.database, reason: 'must be app or own' });
  if (flags.database === 'own') return undefined;
  if (flags.database === 'app') {
    if (database !== undefined && (isUsable || database.dialect === undefined)) return database;
    const reason =
      database === undefined ? 'no database of the application was found' : `its database is ${database.dialect}`;
    throw new Failure('attach-refused', {
      reason: `${reason}, and the runtime needs PostgreSQL`,
      alternative: 'Pass --database own',
    });
  }
  if (isUsable) return database;
  if (database?.dialect !== undefined || database === undefined || !mayAsk(io, flags)) return undefined;
  const prompter = await io.prompter();
  const isApp = await prompter.confirm(
    `Is the database at ${database.file}:${database.line} a PostgreSQL database?`,
    true,
  );
  return isApp ? database : undefined;
}

function prefixOf(prefix: string): string {
  if (/^(\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9_.~-]+)+$/.test(prefix)) return prefix;
  throw new Failure('answer-invalid', { flag: '--prefix', value: prefix, reason: 'must be a path like /ai' });
}

function dirOf(dir: string): string {
  const clean = dir.replace(/^\.\//, '').replace(/\/+$/, '');
  // Not the folder itself, and none that belongs to git, the tool or a package manager.
  const isOther = /(^|\/)(\.{1,2}|\.git|\.ai-module|node_modules)(\/|$)|^vendor(\/|$)/i.test(clean);
  if (/^[\w.][\w.-]*(\/[\w.-]+)*$/.test(clean) && !isOther) return clean;
  throw new Failure('answer-invalid', {
    flag: '--dir',
    value: dir,
    reason: 'must be a folder in the application, such as app/ai',
  });
}

function migrationsOf(migrations: string): 'runtime' | 'app' {
  if (migrations === 'runtime' || migrations === 'app') return migrations;
  throw new Failure('answer-invalid', { flag: '--migrations', value: migrations, reason: 'must be runtime or app' });
}
