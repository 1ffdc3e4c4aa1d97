/** Why the embedded PostgreSQL didn't start. The codes are the same in the Python runtime. */
export type EmbeddedPostgresCode =
  | 'binaries_missing'
  | 'binaries_unusable'
  | 'unnamed_user'
  | 'root'
  | 'temporary_folder'
  | 'data_folder'
  | 'disk_full'
  | 'other_version'
  | 'other_user'
  | 'other_application'
  | 'old_data'
  | 'timeout'
  | 'failed';

export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
  readonly code: EmbeddedPostgresCode;

  constructor(code: EmbeddedPostgresCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** The embedded PostgreSQL can't run here: the user has to provide a database. */
export function needsDatabaseUrl(code: EmbeddedPostgresCode, reason: string, cause?: unknown): EmbeddedPostgresError {
  const message = `Set AI_DATABASE_URL to a PostgreSQL database: the embedded one can't run here, because ${reason}.`;
  return new EmbeddedPostgresError(code, message, cause);
}

/** Finds the reason in the output of initdb or postgres. */
export function reasonInLog(log: string, folder: string): EmbeddedPostgresError {
  if (/no space left on device/i.test(log)) return needsDatabaseUrl('disk_full', `no space is left for ${folder}`);
  if (/read-only file system|permission denied/i.test(log)) return notWritable(folder, log);
  if (/not found|(cannot|failed to) execute|exec format error/i.test(log) && !/FATAL|PANIC/.test(log))
    return needsDatabaseUrl('binaries_unusable', 'its binaries need a system with glibc');
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const line = lines.findLast((text) => /\b(FATAL|PANIC|error)\b/.test(text)) ?? lines.at(-1) ?? 'nothing';
  return needsDatabaseUrl('failed', `PostgreSQL reported "${line.trim()}"`);
}

/** `problem` is the code of the system's error, or a log that contains its text. */
export function notWritable(folder: string, problem: string): EmbeddedPostgresError {
  if (/ENOSPC|EDQUOT|no space left/i.test(problem))
    return needsDatabaseUrl('disk_full', `no space is left for ${folder}`);
  const reason = /EROFS|read-only/i.test(problem) ? 'is read-only' : "can't be written to";
  return needsDatabaseUrl('data_folder', `the folder ${folder} ${reason}`);
}

export function systemCode(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
