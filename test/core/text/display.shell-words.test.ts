import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { shellLine } from '../../../src/core/text/display.ts';

it('leaves plain words as they are', () => {
  expect(shellLine(['npm', 'run', 'test:unit', '--', 'a/b.ts', 'x=1,2'])).toBe('npm run test:unit -- a/b.ts x=1,2');
});

it('is read back by a shell word for word', () => {
  const words = [
    "it's",
    '',
    'a b',
    '$HOME `id` $(id)',
    '"',
    '\\',
    '*',
    '~',
    '#x',
    'a\nb',
    '!x',
    'é 🙂',
    ';&|<>',
    '{a,b}',
  ];
  expect(execFileSync('sh', ['-c', `printf '%s\\0' ${shellLine(words)}`], { encoding: 'utf8' }).split('\0')).toEqual([
    ...words,
    '',
  ]);
});
