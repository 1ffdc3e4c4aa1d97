import { createHmac } from 'node:crypto';

export type Claims = Readonly<Record<string, unknown>>;

const digests: Readonly<Record<string, string>> = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' };

const encode = (value: unknown): string => encodeText(JSON.stringify(value));
const encodeText = (text: string): string => Buffer.from(text).toString('base64url');

/** A signed JWT; `none` leaves the signature empty. */
export function signToken(secret: string, claims: Claims, alg = 'HS256'): string {
  return signText(secret, JSON.stringify(claims), alg);
}

/** A signed JWT with any text as its claims. */
export function signText(secret: string, claims: string, alg = 'HS256'): string {
  const text = `${encode({ alg, typ: 'JWT' })}.${encodeText(claims)}`;
  const digest = digests[alg];
  const signature = digest === undefined ? '' : createHmac(digest, secret).update(text).digest('base64url');
  return `${text}.${signature}`;
}

export const inOneHour = (): number => Math.floor(Date.now() / 1000) + 3600;

/** Tokens that must be rejected with `invalid_token`, made from valid claims. */
export function badTokens(secret: string, good: Claims): ReadonlyArray<readonly [name: string, token: string]> {
  const { sub: _, ...withoutSub } = good;
  const [head, , signature] = signToken(secret, good).split('.');
  return [
    ['expired', signToken(secret, { ...good, exp: Math.floor(Date.now() / 1000) - 60 })],
    ['alg none', signToken(secret, good, 'none')],
    ['alg None', signToken(secret, good, 'None')],
    ['alg HS512', signToken(secret, good, 'HS512')],
    ['signed with another secret', signToken(`${secret}x`, good)],
    ['signed with an empty secret', signToken('', good)],
    ['payload changed after signing', `${head}.${encode({ ...good, admin: true })}.${signature}`],
    ['no sub', signToken(secret, withoutSub)],
    ['empty sub', signToken(secret, { ...good, sub: '' })],
    ['sub a number', signToken(secret, { ...good, sub: 7 })],
    ['permissions not a list', signToken(secret, { ...good, permissions: 'all' })],
    ['permissions not strings', signToken(secret, { ...good, permissions: [1] })],
    ['admin not a boolean', signToken(secret, { ...good, admin: 'yes' })],
    ['sub of 256 characters', signToken(secret, { ...good, sub: '😀'.repeat(256) })],
    ['not valid yet', signToken(secret, { ...good, nbf: inOneHour() })],
    ['issued in the future', signToken(secret, { ...good, iat: inOneHour() })],
    ['nbf not a number', signToken(secret, { ...good, nbf: 'tomorrow' })],
    ['iat not a number', signToken(secret, { ...good, iat: 'yesterday' })],
    ['exp not a number', signToken(secret, { ...good, exp: 'tomorrow' })],
    ['not a token', 'abc'],
    ['three empty parts', '..'],
    ['a path', '../../etc/passwd'],
  ];
}
