import { execFileSync } from 'node:child_process';
import { describe, it } from 'vitest';

/**
 * Defines tests that need other programs. If any is missing, skips them with a message, or fails if CI=true, without
 * calling `define`.
 */
export async function describeWhere(
  name: string,
  missing: readonly string[],
  define: () => void | Promise<void>,
): Promise<void> {
  const reason = missing.join(', ');
  if (reason === '') await define();
  else if (process.env.CI === 'true') it(`${name}: ${reason}`, ({ expect }) => expect.fail(reason));
  else describe.skip(`${name} (${reason})`, () => it('is skipped', () => {}));
}

const tryPython = 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))';

/** Missing requirements of a FastAPI host. */
export function missingPython(): string[] {
  try {
    execFileSync('python3', ['-c', tryPython], { stdio: 'ignore' });
    return [];
  } catch {
    return ['Python 3.11 with its venv is not installed'];
  }
}
