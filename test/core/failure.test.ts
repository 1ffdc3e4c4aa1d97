import { expect, it } from 'vitest';
import { Failure, isFailure } from '../../src/core/failure.ts';
import { catalogue } from '../../src/core/failure-catalogue.ts';

it('derives message, hint and fault from code and arguments', () => {
  const cause = new Error('inner');
  const failure = new Failure('answer-missing', { flag: '--stack' }, cause);
  expect(failure).toMatchObject({ name: 'Failure', code: 'answer-missing', args: { flag: '--stack' }, fault: 'user' });
  expect(failure.message).toContain('--stack is missing');
  expect(failure.hint).toContain('Pass --stack');
  expect(failure.cause).toBe(cause);
});

it('is identified by its code', () => {
  const failure: unknown = new Failure('no-manifests', { dir: 'x' });
  expect(isFailure(failure, 'no-manifests')).toBe(true);
  expect(isFailure(failure, 'usage')).toBe(false);
  expect(isFailure(new Error('usage'), 'usage')).toBe(false);
});

it('shortens a long value', () => {
  const { hint } = new Failure('answer-invalid', { flag: '<name>', value: 'x'.repeat(10_000), reason: 'is too long' });
  expect(hint.length).toBeLessThan(200);
});

it('has a code in kebab case, a fault, a text and a hint for each failure', () => {
  for (const [code, entry] of Object.entries(catalogue)) {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(['user', 'machine']).toContain(entry.fault);
    expect([entry.text, entry.hint].map((make) => typeof make)).toEqual(['function', 'function']);
  }
});

it.each([
  ['src/modules/notes/.ai-module/lock.yaml', 'create-ai-module adopt notes`'],
  ['.ai-module/lock.yaml', 'create-ai-module adopt --host`'],
])('suggests how to track %s again', (file, command) => {
  expect(new Failure('base-lost', { file, reason: 'is missing' }).hint).toContain(command);
  expect(new Failure('lock-invalid', { file, reason: 'it is empty' }).hint).toContain(command);
});
