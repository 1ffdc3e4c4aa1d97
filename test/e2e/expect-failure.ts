import { expect } from 'vitest';
import { type FakeIoOptions, runIn } from '../cli/fake-io.ts';
import { snapshot } from '../io/temp-folder.ts';

export interface ExpectedFailure {
  readonly code?: 1 | 2 | 3;
  /** Part of the message. */
  readonly reason: string | RegExp;
  /** Part of the hint on the line below. */
  readonly hint?: string | RegExp;
}

/** Expects a run to fail with one message, the exit code, no stack trace, and no change in `root`. */
export async function expectFailure(
  root: string,
  argv: readonly string[],
  { code = 2, reason, hint = /\S/ }: ExpectedFailure,
  options: FakeIoOptions = {},
): Promise<void> {
  const before = snapshot(root);
  const outcome = await runIn(root, argv, options);
  expectOneMessage(outcome.err, { reason, hint });
  expect(outcome.code).toBe(code);
  expect(snapshot(root)).toEqual(before);
}

/** Expects one message with a hint on stderr. */
export function expectOneMessage(err: string, { reason, hint = /\S/ }: ExpectedFailure): void {
  const errors = err.split('\n').filter((line) => line.startsWith('error '));
  expect(errors, err).toHaveLength(1);
  expect(err).not.toMatch(/\n\s+at /);
  const message = err.slice(err.lastIndexOf('error '));
  expect(message).toMatch(reason);
  const advice = message.trimEnd().split('\n').at(-1) as string;
  expect(advice).toMatch(/^ {6}\S/);
  expect(advice).toMatch(hint);
}
