import { createHmac } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { Tokens } from '../src/http/tokens.ts';
import { sampleHost } from './sample-host.ts';

const SECRET = 'the secret of these tests';
const host = await sampleHost({ JWT_SECRET: SECRET });
const url = '/api/v1/modules/sample/process';

afterAll(() => host.stop());

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const later = () => Math.floor(Date.now() / 1_000) + 60;

function token(claims: object, alg = 'HS256', secret = SECRET): string {
  const text = `${encode({ alg, typ: 'JWT' })}.${encode({ sub: 'alice', exp: later(), ...claims })}`;
  return `${text}.${alg === 'none' ? '' : createHmac('sha256', secret).update(text).digest('base64url')}`;
}

async function send(authorization: string, payload: string | object = { input_data: { a: 1 } }) {
  const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) };
  const answer = await host.host.app.inject({ method: 'POST', url, headers, payload });
  return { status: answer.statusCode, detail: answer.json().detail, headers: answer.headers };
}

describe('a token', () => {
  it.each(['', 'Basic YTpi', 'Bearer', 'Token abc'])('is missing in "%s"', async (authorization) => {
    const answer = await send(authorization);
    expect(answer).toMatchObject({ status: 401, detail: 'not_authenticated' });
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it.each([
    ['expired', token({ exp: 1 })],
    ['without an end', token({ exp: undefined })],
    ['unsigned', token({}, 'none')],
    ['signed by somebody else', token({}, 'HS256', 'another secret')],
    ['of another algorithm', token({}, 'HS512')],
    ['of nobody', token({ sub: '' })],
    ['of a name with 256 characters', token({ sub: '😀'.repeat(256) })],
    ['not valid yet', token({ nbf: later() })],
    ['from the future', token({ iat: later() })],
    ['with a time that is no number', token({ iat: 'now' })],
    ['with strange permissions', token({ permissions: 'all' })],
    ['with a strange admin', token({ admin: 'yes' })],
    ['that is none', 'abc'],
  ])('%s is invalid', async (_, text) => {
    expect(await send(`Bearer ${text}`)).toMatchObject({ status: 401, detail: 'invalid_token' });
  });

  it.each([
    [{ permissions: ['sample:create'] }, 202],
    [{ permissions: ['sample:*'] }, 202],
    [{ admin: true }, 202],
    [{ admin: true, sub: '😀'.repeat(255), nbf: 1, iat: 1 }, 202],
    [{ permissions: ['sample:read', 'other:create', '*', 'sample:'] }, 403],
  ])('with %j answers %i', async (claims, status) => {
    expect((await send(`Bearer ${token(claims)}`)).status).toBe(status);
  });
});

describe('errors come in order', () => {
  const allowed = `Bearer ${token({ admin: true })}`;

  it.each([
    ['no token', '', '{', 401],
    ['no permission', `Bearer ${token({})}`, '{', 403],
    ['malformed JSON', allowed, '{', 422],
    ['an invalid body', allowed, '{}', 422],
  ])('%s', async (_, authorization, body, status) => {
    expect((await send(authorization, body)).status).toBe(status);
  });

  it.each([
    ['{', ['json_invalid body']],
    ['', ['missing body']],
    ['[]', ['dict_type body']],
    ['{}', ['missing body.input_data']],
    ['{"input_data": {}}', ['too_short body.input_data']],
    ['{"input_data": {"a": 1}, "priority": "5"}', ['int_type body.priority']],
    ['{"input_data": {"a": 1}, "priority": 11, "x": 1}', ['less_than_equal body.priority', 'extra_forbidden body.x']],
    ['{"input_data": {"a": 1e400}}', ['json_invalid body']],
    ['{"input_data": {"a": -9007199254740992}}', ['json_invalid body']],
    ['{"input_data": {"a": "x\\u0000"}}', ['json_invalid body']],
    ['{"input_data": {"\\ud800": 1}}', ['json_invalid body']],
    ['null', ['dict_type body']],
    ['{"input_data": {"a": 1}, "priority": 1e300}', ['less_than_equal body.priority']],
    [`{"input_data": ${'{"a":'.repeat(200)}1${'}'.repeat(200)}}`, ['too_deep body']],
    [`{"input_data": {"a": "${'x'.repeat(2_200_000)}"}}`, ['too_long body']],
  ])('%.40s', async (body, problems) => {
    const { status, detail } = await send(allowed, body);
    const found = detail.map((problem: { loc: string[]; type: string }) => `${problem.type} ${problem.loc.join('.')}`);
    expect({ status, found }).toEqual({ status: 422, found: problems });
  });
});

describe('numbers and text', () => {
  it.each([
    '{"input_data": {"a": [9007199254740991, -9007199254740991, 1e300, 9007199254740993.0]}}',
    '{"input_data": {"__proto__": {"a": 1}}}',
    '{"input_data": {"a": "9007199254740993 \\\\u0000 \\ud83d\\ude00"}}',
  ])('accepts %s', async (body) => {
    expect((await send(`Bearer ${token({ admin: true })}`, body)).status).toBe(202);
  });
});

describe('an address', () => {
  it.each(['/api/v1/modules/%zz/health', '/health?a=%f', '/health?a=%ff', '/%'])(
    '%s is malformed: 400',
    async (path) => {
      const answer = await host.host.app.inject({ url: path });
      expect([answer.statusCode, answer.json()]).toEqual([400, { detail: 'bad_request' }]);
    },
  );

  it.each(['/api/v1/modules%2Flist', '/api/v1/modules//health'])('%s is not found', async (path) => {
    const answer = await host.host.app.inject({ url: path });
    expect([answer.statusCode, answer.json()]).toEqual([404, { detail: 'not_found' }]);
  });

  it('answers HEAD like GET, without a body', async () => {
    const [get, head] = await Promise.all([
      host.host.app.inject({ url: '/health' }),
      host.host.app.inject({ method: 'HEAD', url: '/health' }),
    ]);
    expect([head.statusCode, head.headers['content-length'], head.body]).toEqual([
      200,
      get.headers['content-length'],
      '',
    ]);
    expect((await host.host.app.inject({ method: 'HEAD', url: '/api/v1/modules/sample/process' })).statusCode).toBe(
      404,
    );
  });
});

it('issues tokens that are valid for 12 hours, as the Python runtime does', () => {
  const [, payload = ''] = new Tokens(SECRET).issue({ id: 'alice' }).split('.');
  const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString());
  expect(Math.abs(exp - Date.now() / 1_000 - 12 * 3_600)).toBeLessThan(60);
});

describe('the host', () => {
  it('publishes events for administrators', async () => {
    const path = '/api/v1/events';
    const authorization = `Bearer ${token({ admin: true })}`;
    const event = { name: 'user.deleted', data: { user_id: 'bob' } };
    const answer = await host.host.app.inject({
      method: 'POST',
      url: path,
      headers: { authorization },
      payload: event,
    });
    expect(answer.statusCode).toBe(202);
    await host.until(() => host.events.some((each) => each.event_id === answer.json().event_id));
  });

  it('describes itself', async () => {
    const { paths } = (await host.host.app.inject({ url: '/openapi.json' })).json();
    expect(paths[url].post).toMatchObject({ security: [{ bearer: [] }] });
    expect(paths['/health'].get.security).toBeUndefined();
    expect(Object.keys(paths['/health'].get.responses)).toEqual(['200', '503']);
    expect(Object.keys(paths['/api/v1/modules/{name}/health'].get.responses)).toEqual(['200', '404', '503']);
    expect(paths[url].post.requestBody.content['application/json'].schema.properties.input_data.minProperties).toBe(1);
  });
});
