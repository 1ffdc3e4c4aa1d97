/** What the suite must know of a module beforehand. All of it stands in the module's manifest. */
export interface ModuleFacts {
  readonly name: string;
  readonly namespace: string;
  /** What the names of its schemas, and of its classes, begin with. */
  readonly schemaPrefix: string;
  readonly hasResult: boolean;
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
  /** Leave the secret to the host: it makes one in its data directory. */
  readonly ownSecret?: boolean;
  /** In distributed mode: the web process alone. */
  readonly withoutWorkers?: boolean;
  /** In distributed mode: on the database and queue of another host. */
  readonly beside?: Host;
  /** A data directory that is there already; the launch does not remove it. */
  readonly dataDir?: string;
  /** Changes a copy of the host before it starts. `modulesDir` holds one folder per module. */
  readonly edit?: (modulesDir: string) => void;
}

/** One process of a host. */
export interface HostProcess {
  /** SIGKILL, to it and to what it started. */
  kill(): Promise<void>;
  /** Starts it again, with the same environment; a web process on another port. */
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
  /** Its database and queue; nothing in embedded mode. */
  readonly services: Environment;
  /** Everything that all processes wrote so far, over restarts too. */
  log(): string;
  /** SIGTERM; answers the exit code of the web process, or the signal that ended it. */
  stop(): Promise<number | NodeJS.Signals | null>;
  /** SIGKILL to every process. */
  kill(): Promise<void>;
  readonly web: HostProcess;
  /** In embedded mode none: the web process works. */
  readonly workers: readonly HostProcess[];
  /** Starts it again on the same data, with the same environment. */
  start(): Promise<void>;
  /** Stops it if it runs and removes all it left on the disk. */
  dispose(): Promise<void>;
}

/** A server that hosts depend on. Stopped, it keeps its data and its place. */
export interface Server {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** The servers of distributed mode. */
export interface Services {
  /** Where a new host finds a database and a queue of its own. */
  fresh(): Promise<Environment>;
  readonly withRedis: boolean;
  /** Of all hosts. */
  readonly database: Server | undefined;
  /** Of the newest host; undefined where the queue is in the database. */
  readonly queue: Server | undefined;
  close(): Promise<void>;
}

export interface Launcher {
  /** The host's folder, and what interprets it. */
  readonly dir: string;
  readonly program: string;
  readonly stack: 'fastify' | 'fastapi';
  readonly mode: 'embedded' | 'distributed';
  readonly workers: number;
  readonly services: Services | undefined;
  /** Whether the queue has a server of its own, apart from the database. */
  readonly hasQueueServer: boolean;
  launch(options?: LaunchOptions): Promise<Host>;
}
