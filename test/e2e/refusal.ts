import { expect } from 'vitest';
import { type FakeIoOptions, runIn } from '../cli/fake-io.ts';
import { snapshot } from '../io/temp-folder.ts';

export interface Refusal {
  readonly code?: 1 | 2 | 3;
  /** Part of the one message: the place and the reason. */
  readonly reason: string | RegExp;
  /** Part of the line below it: what to do. */
  readonly hint?: string | RegExp;
}

/** A run that must be refused: one clear message, the right exit code, no stack, and not a byte changed in `root`. */
export async function expectRefusal(
  root: string,
  argv: readonly string[],
  { code = 2, reason, hint = /\S/ }: Refusal,
  options: FakeIoOptions = {},
): Promise<void> {
  const before = snapshot(root);
  const outcome = await runIn(root, argv, options);
  expectOneMessage(outcome.err, { reason, hint });
  expect(outcome.code).toBe(code);
  expect(snapshot(root)).toEqual(before);
}

/** What a refused run said on stderr. */
export function expectOneMessage(err: string, { reason, hint = /\S/ }: Refusal): void {
  const said = err.split('\n').filter((line) => line.startsWith('error '));
  expect(said, err).toHaveLength(1);
  expect(err).not.toMatch(/\n\s+at /);
  const message = err.slice(err.lastIndexOf('error '));
  expect(message).toMatch(reason);
  const advice = message.trimEnd().split('\n').at(-1) as string;
  expect(advice).toMatch(/^ {6}\S/);
  expect(advice).toMatch(hint);
}
