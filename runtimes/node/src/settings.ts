import * as z from 'zod';

const PREFIX = 'AI_';
const ENVIRONMENTS = ['development', 'test', 'production'] as const;

/** Environment variables by name. An empty variable counts as absent. */
export type Env = Readonly<Record<string, string | undefined>>;

/** The settings of a host. `readSettings` reads them from environment variables. */
export interface Settings {
  /** `all`: web server and worker in one process. */
  readonly role: 'all' | 'web' | 'worker';
  /** URL of a PostgreSQL database. Without it the database is embedded, in `dataDir`. */
  readonly databaseUrl?: string | undefined;
  /** The same database without a transaction pooler such as PgBouncer in between. */
  readonly directDatabaseUrl?: string | undefined;
  /** The schema of the runtime's tables. Default: `ai`. */
  readonly databaseSchema?: string | undefined;
  /** Folder of the embedded database and of the generated secret. */
  readonly dataDir: string;
  /** Signs and verifies tokens. Required in production, where it has at least 32 bytes. */
  readonly jwtSecret?: string | undefined;
  /** Jobs that one process runs at the same time, of all modules together. */
  readonly workerConcurrency: number;
  /** A worker that is silent for this many seconds loses its jobs. */
  readonly jobLeaseSeconds: number;
  readonly logLevel: 'silent' | 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  /** Names of modules that are not started. */
  readonly disabledModules: readonly string[];
  /** Serves `/api/v1/test/events`. Refused in production. */
  readonly testEndpoints: boolean;
  /** For a guest: requests with this token are those of `host attach --verify`. Refused in production. */
  readonly checkToken?: string | undefined;
  /** Who may read `/metrics` without a token. Default: `loopback`, requests from this machine. */
  readonly metrics?: 'loopback' | 'open' | 'off';
  /** The token for `/metrics`, from anywhere. */
  readonly metricsToken?: string | undefined;
  /** Records traces with OpenTelemetry. */
  readonly traces?: boolean;
  readonly environment: (typeof ENVIRONMENTS)[number];
  /** All environment variables: modules read their own settings from them. */
  readonly env: Env;
}

/** The settings are invalid. The message names each variable, but not its value. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** The schema of the runtime's tables. */
export const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,50}$/;
const seconds = z.coerce.number().positive();
const count = z.coerce.number().int().min(1);
const names = z.string().transform((text) => text.split(',').map((item) => item.trim()));
const environment = z.enum(ENVIRONMENTS, {
  error: (issue) => `unknown environment ${JSON.stringify(issue.input)}, use ${ENVIRONMENTS.join(', ')}`,
});

const databaseUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, { error: 'must begin with postgresql://', abort: true })
  .refine((url) => URL.canParse(url), 'is not a valid URL: escape the password, such as %23 for # and %2F for /');

/** What `readSettings` reads, and where from. */
export interface SettingsOptions {
  /** Also reads `DATABASE_URL`, `ROLE` and so on; the prefixed variable wins. */
  readonly withoutPrefix?: boolean;
  /** For a guest in an application: reads only variables with the prefix, also the environment: `AI_ENVIRONMENT`. */
  readonly attached?: boolean;
}

const HostVariables = z.object({
  ROLE: z.enum(['all', 'web', 'worker']).default('all'),
  DATABASE_URL: databaseUrl.optional(),
  DIRECT_DATABASE_URL: databaseUrl.optional(),
  DATABASE_SCHEMA: z.string().regex(SCHEMA_NAME, 'must match [a-z_][a-z0-9_]{0,50}').default('ai'),
  DATA_DIR: z.string().default('.data'),
  JWT_SECRET: z.string().optional(),
  WORKER_CONCURRENCY: count.default(10),
  JOB_LEASE_SECONDS: seconds.default(10),
  LOG_LEVEL: z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
  DISABLED_MODULES: names.default([]),
  TEST_ENDPOINTS: z.enum(['0', '1']).default('0'),
  METRICS: z.enum(['loopback', 'open', 'off']).default('loopback'),
  METRICS_TOKEN: z.string().min(16, { error: 'must have at least 16 characters' }).optional(),
  TRACES: z.enum(['on', 'off']).default('off'),
  CHECK_TOKEN: z.string().min(32, { error: 'must have at least 32 characters' }).optional(),
});

const Environment = z.object({
  NODE_ENV: environment.optional(),
  APP_ENV: environment.optional(),
  AI_ENVIRONMENT: environment.optional(),
});

/**
 * Reads the settings of a host from `AI_DATABASE_URL`, `AI_ROLE` and so on, and the environment's name from `NODE_ENV`
 * or `APP_ENV`. Throws a `SettingsError` that names all invalid variables.
 */
export function readSettings(env: Env = process.env, options: SettingsOptions = {}): Settings {
  const given = withoutEmpty(env);
  const found = Object.keys(HostVariables.shape).flatMap((name) => {
    if (name === 'CHECK_TOKEN' && !options.attached) return [];
    const variable = given[PREFIX + name] !== undefined || !options.withoutPrefix ? PREFIX + name : name;
    return given[variable] === undefined ? [] : [{ name, variable, value: given[variable] }];
  });
  const variableOf = (name: string) => found.find((each) => each.name === name)?.variable ?? PREFIX + name;
  const values = Object.fromEntries(found.map(({ name, value }) => [name, value]));
  const host = HostVariables.safeParse(values);
  const { NODE_ENV, APP_ENV, AI_ENVIRONMENT } = given;
  const process = Environment.safeParse(options.attached ? { AI_ENVIRONMENT } : { NODE_ENV, APP_ENV });
  const problems = [...problemsOf(host.error, variableOf), ...problemsOf(process.error)];
  // The database of a guest may come from its ports.
  if (!options.attached && values.DIRECT_DATABASE_URL !== undefined && values.DATABASE_URL === undefined)
    problems.push(`${variableOf('DIRECT_DATABASE_URL')} needs ${PREFIX}DATABASE_URL`);
  if (!host.success || !process.success || problems.length > 0) throw new SettingsError(problems.join('; '));
  const names = Object.values(process.data).filter((name) => name !== undefined);
  return {
    role: host.data.ROLE,
    databaseUrl: host.data.DATABASE_URL,
    directDatabaseUrl: host.data.DIRECT_DATABASE_URL,
    databaseSchema: host.data.DATABASE_SCHEMA,
    dataDir: host.data.DATA_DIR,
    jwtSecret: host.data.JWT_SECRET,
    workerConcurrency: host.data.WORKER_CONCURRENCY,
    jobLeaseSeconds: host.data.JOB_LEASE_SECONDS,
    logLevel: host.data.LOG_LEVEL,
    disabledModules: host.data.DISABLED_MODULES,
    testEndpoints: host.data.TEST_ENDPOINTS === '1',
    metrics: host.data.METRICS,
    metricsToken: host.data.METRICS_TOKEN,
    traces: host.data.TRACES === 'on',
    checkToken: host.data.CHECK_TOKEN,
    environment: names.includes('production') ? 'production' : (names[0] ?? 'development'),
    env: given,
  };
}

/**
 * Reads an application's own variables: `parseEnv(z.object({ PORT: z.coerce.number().default(8000) }), env)`. Throws a
 * `SettingsError` that names all invalid variables.
 */
export function parseEnv<T extends z.ZodType>(schema: T, env: Env = process.env): z.output<T> {
  const parsed = schema.safeParse(withoutEmpty(env));
  if (parsed.success) return parsed.data;
  throw new SettingsError(problemsOf(parsed.error).join('; '));
}

function withoutEmpty(env: Env): Env {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
}

function problemsOf(error: z.ZodError | undefined, variableOf = (name: string) => name): string[] {
  const issues = error?.issues ?? [];
  return issues.map(({ path: [name = '', ...rest], message }) => {
    return `${[variableOf(String(name)), ...rest].join('.')}: ${message}`;
  });
}
