import { expect, it } from 'vitest';
import { parse as load } from 'yaml';
import { attributesText, lockText, mergeBasePath } from '../../../src/core/lock/lock.ts';

it('names the pack and its exact version, and nothing else', () => {
  expect(load(lockText({ name: 'fastify', version: '1.10.0' }))).toEqual({
    lock_version: 1,
    pack: 'fastify',
    pack_version: '1.10.0',
  });
});

it('quotes, so that no reader takes a name or a version for something else', () => {
  expect(load(lockText({ name: 'null', version: '1.10' }))).toMatchObject({ pack: 'null', pack_version: '1.10' });
});

it('tells git about the base', () => expect(attributesText.startsWith(`${mergeBasePath} `)).toBe(true));
