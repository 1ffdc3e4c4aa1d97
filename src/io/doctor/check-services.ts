import { planHostRevisions } from '../attach/plan-revisions.ts';
import { environmentOf, exportNote } from '../host/old-data.ts';
import type { OpenedHost } from '../host/open-host.ts';
import type { Io } from '../io.ts';
import { type Check, ok, problem, unknown } from './health-check.ts';
import { httpAnswer, type Place, whyNoPostgres, whyNoRedis } from './services.ts';

/** The variables of a host. The runtime's own names win; an attached application has no others. */
export function settingOf({ host }: OpenedHost, env: Io['env'], name: string): string | undefined {
  const all = environmentOf(host.root, env);
  return all[`AI_${name}`] || (host.attached === undefined ? all[name] : undefined) || undefined;
}

/** Whether the database answers. The address is shown, never the user or the password. */
export async function checkDatabase(found: OpenedHost, env: Io['env']): Promise<Check> {
  const { host } = found;
  const text = settingOf(found, env, 'DATABASE_URL');
  if (text === undefined) {
    if (host.attached !== undefined)
      return unknown('the modules use the database of the application, which `host attach --verify` checks');
    const { NODE_ENV, APP_ENV } = environmentOf(host.root, env);
    if ([NODE_ENV, APP_ENV].includes('production'))
      return problem(
        'AI_DATABASE_URL is not set, which production needs.',
        'Set it to the address of a PostgreSQL database.',
      );
    const note = exportNote(host.root, env);
    if (note !== undefined) return problem('The data folder has data of version 0.1.', note);
    return ok('embedded PostgreSQL, started by the host');
  }
  const url = parsed(text);
  if (url === undefined || !/^postgres(?:ql)?(?:\+\w+)?:$/.test(url.protocol))
    return problem(
      'AI_DATABASE_URL is not the address of a PostgreSQL database.',
      'Set it to postgresql://user:password@host:5432/database.',
    );
  const place = placeOf(url);
  const user = url.username === '' ? 'postgres' : decodeURIComponent(url.username);
  const database = decodeURIComponent(url.pathname.slice(1)) || user;
  const reason = await whyNoPostgres(place, user, database);
  return reason === undefined
    ? ok(`PostgreSQL answers at ${shown(place)}`)
    : problem(
        `PostgreSQL at ${shown(place)}: ${reason}.`,
        'Start the server, or correct AI_DATABASE_URL in the environment or in .env.',
      );
}

function parsed(text: string): URL | undefined {
  try {
    const url = new URL(text);
    decodeURIComponent(`${url.username}${url.password}${url.pathname}`);
    return url;
  } catch {
    return undefined;
  }
}

function placeOf(url: URL): Place {
  const port = Number(url.port || url.searchParams.get('port') || 5432);
  const host = decodeURIComponent(url.searchParams.get('host') ?? url.hostname.replace(/^\[|\]$/g, '')) || 'localhost';
  return host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port };
}

function shown(place: Place): string {
  return 'path' in place ? place.path : `${place.host}:${place.port}`;
}

/** Whether what runs the jobs is there: Redis, if a FastAPI host uses Celery. */
export async function checkEngine(found: OpenedHost, env: Io['env']): Promise<Check> {
  const text = settingOf(found, env, 'REDIS_URL');
  const isPython = found.meta.runtime?.archive === 'python';
  if (text === undefined || found.host.attached !== undefined) return ok('jobs run in processes of the host');
  if (!isPython) return ok('jobs run in processes of the host, which ignores AI_REDIS_URL');
  if (settingOf(found, env, 'DATABASE_URL') === undefined)
    return problem('AI_REDIS_URL is set without AI_DATABASE_URL.', 'Set AI_DATABASE_URL too, or neither.');
  const url = parsed(text);
  if (url === undefined || !/^rediss?:$/.test(url.protocol))
    return problem('AI_REDIS_URL is not the address of a Redis server.', 'Set it to redis://host:6379/0.');
  const reason = await whyNoRedis(url);
  const place = `${url.hostname}:${url.port || 6379}`;
  return reason === undefined
    ? ok(`Celery runs the jobs, and Redis answers at ${place}`)
    : problem(
        `Redis at ${place}: ${reason}.`,
        'Start the server, or correct AI_REDIS_URL in the environment or in .env.',
      );
}

/** Whether the migrations that an application makes itself are complete. */
export async function checkMigrations({ host }: OpenedHost): Promise<Check> {
  if (host.attached?.migrations !== 'app') return ok('the runtime makes its tables when it starts');
  const { tree, notes } = await planHostRevisions(host);
  if (tree.size === 0 && notes.length === 0) return ok('the application has all revisions of the runtime');
  const names = [...tree.keys()].join(', ');
  return problem(
    tree.size === 0
      ? `Revisions need your edits: ${notes.join(' ')}`
      : `Revisions of the runtime are missing: ${names}.`,
    "Run `create-ai-module update --host`, then the application's migrations.",
  );
}

const noHost = new Set([0, 404]);
/** Codes of `/readyz` about tables, not about the server. */
const tableCodes = /schema_missing|database_forbidden/;

/** Whether the port is free, or a host that is ready listens on it. What a running host reports comes first. */
export async function checkPort(found: OpenedHost, env: Io['env']): Promise<Check> {
  const { attached } = found.host;
  const { HOST, PORT } = environmentOf(found.host.root, env);
  if (attached !== undefined && !PORT) return unknown('the application chooses its port');
  const port = Number(PORT || 8000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    return problem('PORT is not a number from 0 to 65535.', 'Correct it in the environment or in .env.');
  if (port === 0) return ok('the host takes a free port');
  const host = !HOST || HOST === '0.0.0.0' ? '127.0.0.1' : HOST === '::' ? '::1' : HOST;
  const answer = await httpAnswer({ host, port }, `${attached?.prefix ?? ''}/readyz`);
  if (answer === undefined) return ok(`port ${port} is free`);
  if (answer.status === 200 && answer.body.includes('"ready"')) return ok(`the host on port ${port} is ready`);
  const code = /\b(?:schema_missing|database_forbidden|database_unavailable|stopping)\b/.exec(answer.body)?.[0];
  if (answer.status === 503 && code !== undefined)
    return problem(
      `The host on port ${port} is not ready: ${code}.`,
      tableCodes.test(code) ? 'Its log has the SQL or the tables to restore.' : 'Its log has the reason.',
    );
  const what = noHost.has(answer.status) ? 'another program' : `a program that answers ${answer.status}`;
  return problem(`Port ${port} is in use by ${what}.`, 'Stop that program, or set PORT in the environment or in .env.');
}
