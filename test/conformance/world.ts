import type { Host, Launcher, LaunchOptions, ModuleFacts } from './host/host.ts';
import { AnswerKinds } from './wire/answer-kinds.ts';
import { Caller, may, type Rights, type Traffic } from './wire/caller.ts';
import { FakeOpenAi, providerKey } from './wire/fake-openai.ts';

const keyVariable = 'PLANTED_PROVIDER_KEY';

/** Shared by all sections of a run: the host under test, its fake provider and its callers. */
export class World {
  /** Uses every feature, with the fake provider. */
  readonly subject: ModuleFacts;
  /** The minimal module beside it, with its local provider. */
  readonly neighbour: ModuleFacts;
  readonly launcher: Launcher;
  /** The subject's limits, small enough to reach in tests. */
  readonly maxPendingJobs = 5;
  readonly maxInputBytes = 20_000;
  /** Long enough for an attempt on a slow machine: only those that hang may exceed it. */
  readonly timeoutSeconds = 5;
  readonly retryAttempts = 2;
  readonly retryDelaySeconds = 0.1;
  readonly fake = new FakeOpenAi();
  readonly traffic: Traffic = { answers: [], kinds: new AnswerKinds(), outages: false, accepted: [] };
  #host: Host | undefined;
  #people = 0;

  constructor(launcher: Launcher, subject: ModuleFacts, neighbour: ModuleFacts) {
    this.launcher = launcher;
    this.subject = subject;
    this.neighbour = neighbour;
  }

  get host(): Host {
    if (this.#host === undefined) throw new Error('the host is not started');
    return this.#host;
  }

  async open(): Promise<void> {
    await this.fake.listen();
    const settings = {
      max_pending_jobs: `${this.maxPendingJobs}`,
      max_input_bytes: `${this.maxInputBytes}`,
      timeout_seconds: `${this.timeoutSeconds}`,
      retry_attempts: `${this.retryAttempts}`,
      retry_delay_seconds: `${this.retryDelaySeconds}`,
    };
    this.#host = await this.launch({ env: this.subjectEnv(settings) });
    // Without its modules every test would fail: report that once.
    const { text } = await this.stranger().get('/api/v1/modules/list');
    const ready = text.match(/"status": ?"ready"/g)?.length;
    if (ready !== 2) throw new Error(`two modules should be ready: ${text}`);
  }

  async close(): Promise<void> {
    await this.#host?.dispose();
    await this.fake.close();
    await this.launcher.services?.close();
  }

  /** Another host of the same kind; the caller disposes of it. */
  launch(options: LaunchOptions): Promise<Host> {
    return this.launcher.launch(options);
  }

  /** Environment variables of the subject: the fake provider and the given settings. */
  subjectEnv(settings: Readonly<Record<string, string>>): Record<string, string> {
    const all = { provider: 'openai', base_url: this.fake.baseUrl, api_key_env: keyVariable, ...settings };
    return { [keyVariable]: providerKey, ...moduleEnv(this.subject, all) };
  }

  /** A new user, by default with all permissions for both modules. */
  person(rights?: Rights, host = this.host): Caller {
    const permissions = [this.subject, this.neighbour].flatMap((module) => may(module, 'create', 'read', 'delete'));
    return Caller.withToken(host, this.traffic, `person-${++this.#people}`, rights ?? { permissions });
  }

  /** A user with this name. */
  named(sub: string, rights: Rights, host = this.host): Caller {
    return Caller.withToken(host, this.traffic, sub, rights);
  }

  admin(host = this.host): Caller {
    return Caller.withToken(host, this.traffic, 'the-admin', { admin: true });
  }

  /** A caller with this Authorization header, or without one. */
  stranger(authorization?: string, host = this.host): Caller {
    return new Caller(host, this.traffic, 'stranger', authorization);
  }
}

export function moduleEnv(module: ModuleFacts, settings: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(settings);
  return Object.fromEntries(entries.map(([key, value]) => [`${module.name}_${key}`.toUpperCase(), value]));
}
