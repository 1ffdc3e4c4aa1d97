export interface EmbeddedPostgresOptions {
  /** The host's data folder, usually `.data`. The database is in its folder `pg`. */
  readonly dataDir: string;
  /** Identifies the host. Its processes share one server; another application is refused. */
  readonly application: string;
  /** Folder from which the package with the binaries is resolved. Default: the current folder. */
  readonly from?: string;
  /** Gets a message if the data is in another folder than `dataDir`. Default: a warning of the process. */
  readonly report?: (message: string) => void;
  /** Faster, but a crash of the machine may damage the data: for tests. The folder is removed when the server ends. */
  readonly isTemporary?: boolean;
  /** How long the server may take until it is ready. */
  readonly timeoutSeconds?: number;
}

export interface EmbeddedPostgres {
  /** Connects `pg` through the server's socket. Changes if the server was killed and started again. */
  readonly url: string;
  /** The folder of the socket. Changes with `url`. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** The folder that contains `pg`. */
  readonly folder: string;
  /** Whether this call started the server. */
  readonly isOwner: boolean;
  /** Returns after the server ended, if no other process of the host uses it. */
  stop(): Promise<void>;
}
