import { createHmac } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
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
    [{ permissions: ['sample:read', 'other:create', '*', 'sample:'] }, 403],
  ])('with %j answers %i', async (claims, status) => {
    expect((await send(`Bearer ${token(claims)}`)).status).toBe(status);
  });
});

describe('refusals come in order', () => {
  const allowed = `Bearer ${token({ admin: true })}`;

  it.each([
    ['malformed JSON', '', '{', 422],
    ['no token', '', '{}', 401],
    ['no permission', `Bearer ${token({})}`, '{}', 403],
    ['a bad body', allowed, '{}', 422],
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
    [`{"input_data": ${'{"a":'.repeat(200)}1${'}'.repeat(200)}}`, ['too_deep body']],
    [`{"input_data": {"a": "${'x'.repeat(2_200_000)}"}}`, ['too_long body']],
  ])('%.40s', async (body, problems) => {
    const { status, detail } = await send(allowed, body);
    const found = detail.map((problem: { loc: string[]; type: string }) => `${problem.type} ${problem.loc.join('.')}`);
    expect({ status, found }).toEqual({ status: 422, found: problems });
  });
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
  });
});
