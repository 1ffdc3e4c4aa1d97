import { expect, it } from 'vitest';
import { describeError, textOf } from '../src/log.ts';

it('an error is logged without its text', () => {
  const cause = Object.assign(new TypeError('key sk-123 refused\n    second line'), { status: 401 });
  const logged = describeError(new Error('cannot log in as postgres:secret', { cause }));
  expect(logged).toMatchObject({ type: 'Error', cause: { type: 'TypeError', status: 401 } });
  expect(logged.stack).toContain('log.test.ts');
  expect(JSON.stringify(logged)).not.toMatch(/sk-123|secret|second line/);
});

it('what is wrong with a module is said in full', () => {
  expect(textOf(new Error('a is invalid', { cause: new Error('no version') }))).toBe('a is invalid: no version');
});
