import { getSystemErrorMap } from 'node:util';

/** The code of an operating system error, such as `ENOSPC`; `undefined` for any other error. */
export function codeOf(error: unknown): string | undefined {
  return isDiskError(error) ? error.code : undefined;
}

/** Whether the operating system refused an operation, as opposed to a bug. */
export function isDiskError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string' && 'code' in error;
}

/** The operating system's own message: `no space left on device (ENOSPC)`. */
export function reasonOf(error: unknown): string {
  if (!isDiskError(error)) return error instanceof Error ? error.message : String(error);
  const words = error.errno === undefined ? undefined : getSystemErrorMap().get(error.errno)?.[1];
  return words === undefined ? error.message : `${words} (${error.code})`;
}
