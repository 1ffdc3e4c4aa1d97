import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { shellLine } from '../../../src/core/text/display.ts';

it('does not quote plain words', () => {
  expect(shellLine(['npm', 'run', 'test:unit', '--', 'a/b.ts', 'x=1,2'])).toBe('npm run test:unit -- a/b.ts x=1,2');
});

it('quotes words so that a shell reads them back', () => {
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
