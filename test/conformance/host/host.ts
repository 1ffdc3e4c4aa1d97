/** The facts about a module that the suite needs. All come from its manifest. */
export interface ModuleFacts {
  readonly name: string;
  readonly namespace: string;
  /** The prefix of its schema and class names. */
  readonly schemaPrefix: string;
  readonly hasResult: boolean;
  readonly hasRetry: boolean;
  readonly hasStats: boolean;
  readonly hasCancelledEvent: boolean;
  readonly maxConcurrentJobs: number;
  /** An event other than user.deleted that starts a job. */
  readonly subscribed?: string;
  readonly extraEndpoints: readonly ExtraEndpoint[];
}

export interface ExtraEndpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `{snake_case}` parameters. */
  readonly path: string;
}

export type Environment = Readonly<Record<string, string>>;

export interface LaunchOptions {
  readonly env?: Environment;
  /** For the workers only. */
  readonly workerEnv?: Environment;
  /** Pass no secret: the host generates one in its data directory. */
  readonly ownSecret?: boolean;
  /** In distributed mode: start only the web process. */
  readonly withoutWorkers?: boolean;
  /** In distributed mode: use the database and queue of another host. */
  readonly beside?: Host;
  /** An existing data directory; it is not removed afterwards. */
  readonly dataDir?: string;
  /** Edits a copy of the host before it starts. `modulesDir` has one folder per module. */
  readonly edit?: (modulesDir: string) => void;
}

/** One process of a host. */
export interface HostProcess {
  /** Of the process; it may have others below it. */
  readonly pid: number;
  /** Sends SIGKILL to it and its child processes. */
  kill(): Promise<void>;
  /** Sends SIGTERM, and waits until it has ended. */
  stop(): Promise<number | NodeJS.Signals | null>;
  /** Restarts it with the same environment; a web process on another port. */
  start(): Promise<void>;
  /** SIGSTOP: it hangs until `resume`. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** A started host: one process, or a web process and its workers. */
export interface Host {
  readonly baseUrl: string;
  readonly secret: string;
  readonly dataDir: string;
  /** Environment variables of its database and queue; empty in embedded mode. */
  readonly services: Environment;
  /** The output of all processes so far, across restarts. */
  log(): string;
  /** Sends SIGTERM. Returns the exit code of the web process, or the signal that ended it. */
  stop(): Promise<number | NodeJS.Signals | null>;
  /** Sends SIGKILL to every process. */
  kill(): Promise<void>;
  readonly web: HostProcess;
  /** Empty in embedded mode, where the web process runs jobs. */
  readonly workers: readonly HostProcess[];
  /** Restarts it with the same data and environment. */
  start(): Promise<void>;
  /** Stops it if it is running, and removes its files. */
  dispose(): Promise<void>;
}

/** A server that hosts depend on. It keeps its data and address while stopped. */
export interface Server {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** SIGSTOP to all of its processes: it hangs until `resume`. */
  pause(): void;
  resume(): void;
}

/** The servers of distributed mode. */
export interface Services {
  /** Creates a database and a queue for a new host; returns their environment variables. */
  fresh(): Promise<Environment>;
  readonly withRedis: boolean;
  /** Shared by all hosts. */
  readonly database: Server | undefined;
  /** The queue server of the newest host; undefined if the queue is in the database. */
  readonly queue: Server | undefined;
  close(): Promise<void>;
}

export interface Launcher {
  /** The host's folder, and the interpreter that runs it. */
  readonly dir: string;
  readonly program: string;
  readonly stack: 'fastify' | 'fastapi';
  readonly mode: 'embedded' | 'distributed';
  readonly workers: number;
  readonly services: Services | undefined;
  /** Whether the queue has a separate server. */
  readonly hasQueueServer: boolean;
  launch(options?: LaunchOptions): Promise<Host>;
}
