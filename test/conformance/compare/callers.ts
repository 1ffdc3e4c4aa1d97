import fc from 'fast-check';
import { badTokens, inOneHour, signText, signToken } from '../wire/token.ts';
import { oneOf } from './draw.ts';

const everything = ['document_search', 'mon_module', 'many_methods', 'orders', 'order_reports'].flatMap((ns) =>
  ['create', 'read', 'delete', 'admin'].map((verb) => `${ns}:${verb}`),
);

/** What a caller sends as its Authorization header. */
const callers = ['user', 'admin', 'wildcard', 'no permission', 'no token'] as const;
const headerForms = [
  'bearer T',
  'BEARER T',
  'Bearer  T',
  'Bearer\tT',
  'Bearer T x',
  'Bearer T,',
  'BearerT',
  'Bearer',
  'Bearer ',
  'Basic YTpi',
];
const badTokenCount = badTokens('', {}).length;
/** The name of a caller, for `authorizationOf`. */
export const caller: fc.Arbitrary<string> = fc.oneof(
  { weight: 14, arbitrary: fc.constant('user') },
  { weight: 5, arbitrary: oneOf(...callers) },
  { weight: 1, arbitrary: oneOf(...headerForms) },
  { weight: 1, arbitrary: fc.nat({ max: badTokenCount - 1 }).map((index) => `bad token ${index}`) },
  {
    weight: 1,
    arbitrary: oneOf(
      'exp 1e400',
      'exp "1"',
      'exp null',
      'exp 2e10',
      'nbf -1',
      'iat 1.5',
      'iat null',
      'sub 255',
      'sub nul',
      'sub surrogate',
      ...['permissions null', 'admin null', 'admin 1', 'extra claims', 'latin1'],
    ),
  },
);

/** The Authorization header of a caller, for the user `sub`. */
export function authorizationOf(caller: string, secret: string, sub: string): string | undefined {
  const good = { sub, permissions: everything, admin: false, exp: inOneHour() };
  const sign = (claims: object): string => `Bearer ${signToken(secret, { ...good, ...claims })}`;
  const [kind = '', value = ''] = caller.split(' ');
  if (caller === 'user') return sign({});
  if (caller === 'admin') return sign({ sub: 'the-admin', permissions: [], admin: true });
  if (caller === 'wildcard') return sign({ permissions: ['document_search:*', 'mon_module:*', 'many_methods:*'] });
  if (caller === 'no permission') return sign({ permissions: [] });
  if (caller === 'no token') return undefined;
  if (headerForms.includes(caller)) return caller.replace(/(?<=^\S+\s+)T/, sign({}).slice('Bearer '.length));
  if (caller.startsWith('bad token')) return `Bearer ${badTokens(secret, good)[Number(caller.split(' ')[2])]?.[1]}`;
  if (kind === 'exp' && value === '1e400') return rawClaims(secret, good, '"exp":1e400');
  if (kind === 'exp') return sign({ exp: JSON.parse(value) });
  if (kind === 'nbf' || kind === 'iat') return sign({ [kind]: JSON.parse(value) });
  if (caller === 'sub 255') return sign({ sub: '\u{1f600}'.repeat(255) });
  if (caller === 'sub nul') return sign({ sub: 'a\0b' });
  if (caller === 'sub surrogate') return rawClaims(secret, good, '"sub":"\\ud800"');
  if (caller === 'latin1') return 'Bearer \u00e9';
  if (caller === 'extra claims') return sign({ iss: 1, aud: ['x'], jti: {}, __proto: 1 });
  return sign({ [kind]: JSON.parse(value) });
}

/** A token whose claims JSON.stringify can't write. */
function rawClaims(secret: string, good: object, claim: string): string {
  const text = `${JSON.stringify(good).slice(0, -1)},${claim}}`;
  return `Bearer ${signText(secret, text)}`;
}
