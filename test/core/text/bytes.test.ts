import { expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/core/text/bytes.ts';

it.each([
  ['no bytes', [], ''],
  ['small bytes', [0, 1, 15], '00010f'],
  ['large bytes', [16, 255], '10ff'],
])('converts %s to hexadecimal and back', (_, bytes, hex) => {
  expect(toHex(Uint8Array.from(bytes))).toBe(hex);
  expect([...fromHex(hex)]).toEqual(bytes);
});
