import { expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/core/text/bytes.ts';

it.each([
  ['no bytes', [], ''],
  ['small ones', [0, 1, 15], '00010f'],
  ['large ones', [16, 255], '10ff'],
])('%s there and back', (_, bytes, hex) => {
  expect(toHex(Uint8Array.from(bytes))).toBe(hex);
  expect([...fromHex(hex)]).toEqual(bytes);
});
