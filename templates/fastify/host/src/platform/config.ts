import * as z from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const seconds = z.coerce.number().positive();
const count = z.coerce.number().int().min(1);
const list = z.string().transform((text) => text.split(',').map((item) => item.trim()));

const Environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(8000),
  ROLE: z.enum(['all', 'web', 'worker']).default('all'),
  DATABASE_URL: z.string().optional(),
  REDIS_URL: z.string().optional(),
  DATA_DIR: z.string().default('.data'),
  MODULES_DIR: z.string().optional(),
  DISABLED_MODULES: list.default([]),
  JWT_SECRET: z.string().optional(),
  LOG_LEVEL: z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
  WORKER_CONCURRENCY: count.default(10),
  JOB_LEASE_SECONDS: seconds.default(10),
  TEST_ENDPOINTS: z.enum(['0', '1']).default('0'),
});

export type Env = Readonly<Record<string, string | undefined>>;

/** What the host's environment says, checked. */
export interface HostConfig extends z.output<typeof Environment> {
  readonly mode: 'embedded' | 'distributed';
  readonly production: boolean;
  /** The whole environment, from which modules read their own variables. */
  readonly env: Env;
}

/** The environment does not make sense; the message names every variable at fault. */
export class HostConfigError extends Error {}

/** Reads the host's configuration. An empty variable counts as absent. */
export function readHostConfig(env: Env = process.env): HostConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    throw new HostConfigError(
      parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
    );
  }
  const config: HostConfig = {
    ...parsed.data,
    env: given,
    mode: parsed.data.DATABASE_URL ? 'distributed' : 'embedded',
    production: [given.NODE_ENV, given.APP_ENV].includes('production'),
  };
  const problem = contradiction(config);
  if (problem) throw new HostConfigError(problem);
  return config;
}

function contradiction(config: HostConfig): string | undefined {
  const { mode, production } = config;
  if (mode === 'embedded' && config.ROLE !== 'all') {
    return `ROLE=${config.ROLE} needs DATABASE_URL: the embedded database serves one process only`;
  }
  if (mode === 'embedded' && config.REDIS_URL) return 'REDIS_URL needs DATABASE_URL';
  if (production && !config.JWT_SECRET) return 'JWT_SECRET is required in production';
  if (production && config.TEST_ENDPOINTS === '1') return 'TEST_ENDPOINTS is refused in production';
  return undefined;
}
