import { basename, dirname, extname } from 'node:path/posix';
import { expect, it } from 'vitest';
import { parse as load } from 'yaml';
import {
  attributesText,
  hostAttributesPath,
  hostAttributesText,
  lockText,
  mergeBasePath,
} from '../../../src/core/lock/lock.ts';
import { attachmentPath } from '../../../src/core/pack/attachment.ts';

it('contains only the pack and its exact version', () => {
  expect(load(lockText({ name: 'fastify', version: '1.10.0' }))).toEqual({
    lock_version: 1,
    pack: 'fastify',
    pack_version: '1.10.0',
  });
});

it('quotes names and versions, so that they are read as strings', () => {
  expect(load(lockText({ name: 'null', version: '1.10' }))).toMatchObject({ pack: 'null', pack_version: '1.10' });
});

it('has git attributes for the merge base', () => expect(attributesText.startsWith(`${mergeBasePath} `)).toBe(true));

it.each([
  [false, mergeBasePath, basename(mergeBasePath)],
  [true, mergeBasePath, `*${extname(mergeBasePath)}`],
  [true, attachmentPath, `*${extname(attachmentPath)}`],
])('has git attributes in hosts (attached: %s) for %s', (isAttached, path, pattern) => {
  expect(dirname(path)).toBe(dirname(hostAttributesPath));
  expect(hostAttributesText(isAttached).startsWith(`${pattern} -diff `)).toBe(true);
});
