import { describe, expect, it } from 'vitest';
import type { ExtraEndpoint } from '../host/host.ts';
import { type Caller, may, under } from '../wire/caller.ts';
import { expectProblems, expectRefusal, expectUnauthorised } from '../wire/expect-problem.ts';
import { list } from '../wire/module-calls.ts';
import type { Answer, ApiRequest } from '../wire/send.ts';
import { inlineResult } from '../wire/shapes.ts';
import type { World } from '../world.ts';

const hasBody = ({ method }: ExtraEndpoint): boolean => method === 'POST' || method === 'PUT' || method === 'PATCH';
const verbOf = (endpoint: ExtraEndpoint): 'create' | 'read' | 'delete' =>
  hasBody(endpoint) ? 'create' : endpoint.method === 'DELETE' ? 'delete' : 'read';

/** Section 2, "any other endpoint of the manifest": runs the module's process synchronously, without a job. */
export function describeExtraEndpoints(world: World): void {
  const { subject } = world;

  const request = (endpoint: ExtraEndpoint, text: string): ApiRequest => {
    const { method } = endpoint;
    const path = under(subject, endpoint.path.replace(/\{\w+\}/g, 'some-value'));
    if (!hasBody(endpoint)) return { method, path: `${path}?text=${encodeURIComponent(text)}` };
    const body = JSON.stringify({ input_data: { text } });
    return { method, path, headers: { 'content-type': 'application/json' }, body };
  };
  const ask = (caller: Caller, endpoint: ExtraEndpoint, text = 'short'): Promise<Answer> =>
    caller.send(request(endpoint, text));

  const table = subject.extraEndpoints.map((endpoint) => [endpoint.method, endpoint.path, endpoint] as const);
  describe.each(table)('%s %s', (_, __, endpoint) => {
    it('200 with the result, without creating a job', async () => {
      const caller = world.person();
      const script = world.fake.script('ok');
      const answer = await ask(caller, endpoint, script.text);
      expect(answer.status, answer.text).toBe(200);
      const { output_data } = inlineResult.parse(answer.json);
      expect(output_data).toEqual({ text: 'answer of gpt-4o-mini', model: 'gpt-4o-mini', tokens: 12 });
      expect(script.arrivals.length).toBe(1);
      expect((await list(caller, subject)).total).toBe(0);
    });

    it('401 without a token, then 403 without its permission', async () => {
      expectUnauthorised(await ask(world.stranger(), endpoint), 'not_authenticated');
      expectUnauthorised(await ask(world.stranger('Bearer abc'), endpoint), 'invalid_token');
      const verbs = ['create', 'read', 'delete', 'admin'].filter((verb) => verb !== verbOf(endpoint));
      const other = world.person({ permissions: may(subject, ...verbs) });
      expectRefusal(await ask(other, endpoint), 403, 'permission_denied');
      const one = world.person({ permissions: may(subject, verbOf(endpoint)) });
      expect((await ask(one, endpoint)).status).toBe(200);
    });

    const named = endpoint.path.includes('{') ? it : undefined;
    named?.('its path parameters are part of the input', async () => {
      const script = world.fake.script('ok');
      const { path, ...rest } = request(endpoint, 'short');
      expect((await world.person().send({ ...rest, path: path.replace('some-value', script.text) })).status).toBe(200);
      expect(script.arrivals.length).toBe(1);
    });

    it.each([
      ['a transient error', 500, 503, 'provider_unavailable'],
      ['a permanent error', 400, 502, 'provider_rejected'],
      ['no answer in time', 'hold', 504, 'timeout'],
    ] as const)('%s: a code, and it is not tried again', async (_, step, status, code) => {
      const script = world.fake.script(step);
      expectRefusal(await ask(world.person(), endpoint, script.text), status, code);
      expect(script.arrivals.length).toBe(1);
    });

    const withABody = hasBody(endpoint) ? it : undefined;
    withABody?.('422 for the same bodies as process, in the same order of refusals', async () => {
      const { path, method, headers = {} } = request(endpoint, '');
      const withBody = (body: string) => ({ method, path, headers, body });
      expectUnauthorised(await world.stranger().send(withBody('{')), 'not_authenticated');
      expectRefusal(await world.person({}).send(withBody('{')), 403, 'permission_denied');
      const caller = world.person();
      expectProblems(await caller.send(withBody('{')), 'json_invalid at body');
      expectProblems(await caller.send(withBody('{}')), 'missing at body.input_data');
      expectProblems(await caller.send(withBody('{"input_data": {}}')), 'too_short at body.input_data');
      expectProblems(
        await caller.send(withBody('{"input_data": {"a": 1}, "x": 1, "priority": 0}')),
        ...['extra_forbidden at body.x', 'greater_than_equal at body.priority'],
      );
      const large = JSON.stringify({ input_data: { text: 'x'.repeat(world.maxInputBytes) } });
      expectProblems(await caller.send(withBody(large)), 'too_long at body.input_data');
    });
  });
}
