import type { Environment } from '../conformance/host/host.ts';
import type { RequestOfApp } from './record-answers.ts';

/** An application of test/fixtures/apps: how it is installed, migrated, tested, started and used. */
export interface Application {
  /** Its folder in test/fixtures/apps. */
  readonly name: string;
  readonly manager: 'pip' | 'uv' | 'npm' | 'pnpm';
  /** Tested in CI; the others at night. */
  readonly isInCi: boolean;
  readonly servers: ReadonlyArray<'postgres' | 'redis' | 'mariadb'>;
  /** The environment that it reads: `servers` has DATABASE_URL and, if it needs Redis, REDIS_URL. */
  environment(servers: Environment): Environment;
  readonly lint: readonly Command[];
  /** Compiles it. Without it, it runs from source. */
  readonly build?: Command;
  readonly migrate: Command;
  /** Fails if the migration tool finds a difference between the code and the database. */
  readonly checkMigrations?: Command;
  readonly tests: readonly OwnTests[];
  start(port: number): Command;
  /** Creates users, by the command of the application. `root` is an administrator. */
  addUser(user: UserName): Command;
  /** Logs in over HTTP, and returns the headers that authenticate a request. */
  logIn(baseUrl: string, user: UserName): Promise<Environment>;
  /** Prints its routes, one a line: `GET /users/{id}`. */
  readonly routes: Command;
  /** Requests for every route, for unknown paths and for OPTIONS, in an order that works on an empty database. */
  readonly requests: readonly RequestOfApp[];
}

/** Programs of the application (`python`, `npm` …) are found in its environment. */
export interface Command {
  readonly argv: readonly string[];
  /** Below the folder of the application. */
  readonly cwd?: string;
  readonly env?: Environment;
}

export interface OwnTests {
  readonly format: 'junit' | 'jest';
  /** The command that writes a report to a file. */
  command(report: string): Command;
}

export const userNames = ['ada', 'eve', 'root'] as const;

export type UserName = (typeof userNames)[number];

export const passwordOfUsers = 'correct-horse-battery';

export const emailOf = (user: UserName): string => `${user}@example.org`;

/** Posts JSON, and returns the answer if it succeeded. */
export async function post(url: string, body: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`POST ${url}: ${response.status} ${await response.text()}`);
  return response;
}
