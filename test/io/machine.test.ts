import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { versionOf, withoutHome } from '../../src/io/machine.ts';
import { tempFolder } from './temp-folder.ts';

function program(lines: readonly string[]): string {
  const file = join(tempFolder(), 'program');
  writeFileSync(file, ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(file, 0o755);
  return file;
}

it.each([
  ['git version 2.39.5 (Apple Git-154)', '2.39.5'],
  ['pip 23.0.1 from .venv/lib/python3.11 (python 3.11)', '23.0.1'],
  ['Python 3.13.0rc2', '3.13.0rc2'],
  ['10.8.2', '10.8.2'],
  ['unknown', undefined],
])('reads the version in %j', async (line, version) => {
  expect(await versionOf([program([`echo "${line}"`])], { cwd: tempFolder() })).toBe(version);
});

it.each([
  ['is missing', [join('no', 'where')]],
  ['fails', [program(['echo 1.2.3', 'exit 1'])]],
  ['does not end', [program(['sleep 60'])]],
  ['keeps its output open', [program(['sleep 60 &', 'sleep 60'])]],
] as const)('has no version if the program %s', async (_, command) => {
  expect(await versionOf(command as readonly [string], { cwd: tempFolder(), timeoutMs: 300 })).toBeUndefined();
});

it('masks the home folder and nothing else', () => {
  const env = { HOME: '/srv/people/ann/' };
  expect(withoutHome('in /srv/people/ann: /srv/people/ann/app, /srv/people/ann2 and /srv/people', env)).toBe(
    'in ~: ~/app, /srv/people/ann2 and /srv/people',
  );
  expect(withoutHome('D:/people/Ann/app and D:\\people\\Ann\\app', { USERPROFILE: 'D:\\people\\Ann' })).toBe(
    '~/app and ~\\app',
  );
  expect(withoutHome('/srv/app', { HOME: '/' })).toBe('/srv/app');
});
