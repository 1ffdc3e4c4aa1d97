import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import type { Event } from '../src/events/event.ts';
import { type ModuleSchemas, UNTYPED } from '../src/jobs/check-input.ts';
import { describeError, type LoggedError } from '../src/log.ts';
import { staleTypes } from '../src/modules/fingerprint.ts';
import { jsonSchemaOf, standaloneSchema } from '../src/modules/type-schema.ts';
import { TestHost } from '../src/testing/index.ts';
import { approved, type InvoicesModule, undeclared } from './fixtures/typed/invoices/index.ts';
import * as schemas from './fixtures/typed/invoices/schemas.ts';
import { typedModules } from './sample-host.ts';

const { sample } = schemas;
const host = await TestHost.start<InvoicesModule>('invoices', {}, typedModules);
const { service } = host.module;
const all = ['create', 'read', 'delete', 'admin'].map((verb) => `invoices:${verb}`);
const user = host.user(...all);

afterAll(() => host.stop());

const problemsIn = (body: { detail: { loc: string[]; type: string; msg: string }[] }) =>
  body.detail.map(({ loc, type, msg }) => `${loc.join('.')} ${type}: ${msg}`);

async function resultOf(input: object, options?: object) {
  const { body } = await user.post('/process', { input_data: input, ...(options && { options }) });
  const job = await host.finished(user, body.job_id);
  return { job, result: (await user.get(`/result/${body.job_id}`)).body };
}

/** The code of the delivery of an event, once it is a dead letter. */
async function deadLetter(eventId: string): Promise<string> {
  const { pool } = host.host.services.database;
  return host.until(async () => {
    const { rows } = await pool.query('select error_code from deliveries where event_id = $1 and dead_at is not null', [
      eventId,
    ]);
    return rows[0]?.error_code;
  });
}

const problems = [
  'body.input_data.lines.0.amount greater_than_equal: must be at least 0',
  'body.input_data.lines.0.text missing: is missing',
  'body.input_data.surprise extra_forbidden: is not a known property',
  'body.options.rate int_type: must be an integer',
];
const wrong = { input_data: { lines: [{ amount: -1 }], surprise: 1 }, options: { rate: '2' } };

describe('a request with types', () => {
  it('gives a job whose result has the defaults', async () => {
    const { job, result } = await resultOf({ lines: [{ text: 'Paper', amount: 3 }] });
    expect(job.status).toBe('completed');
    expect(result).toEqual({
      result_id: expect.any(String),
      output_data: { total: 6, currency: 'EUR' },
      metadata: { duration_ms: expect.any(Number) },
    });
  });

  it('stores the input with its defaults', async () => {
    const { job_id } = await service.startProcessing({ input_data: { ...sample, step: 'ok' } }, user);
    const { rows } = await host.host.services.database.pool.query(
      'select input_data, options from jobs where id = $1',
      [job_id],
    );
    expect(rows[0]).toEqual({ input_data: { ...sample, step: 'ok' }, options: { rate: 2 } });
  });

  it('is refused with all problems of the body', async () => {
    const { status, body } = await user.post('/process', { ...wrong, priority: 11, more: 1 });
    expect([status, problemsIn(body)]).toEqual([
      422,
      [
        ...problems,
        'body.priority less_than_equal: must be at most 10',
        'body.more extra_forbidden: is not a known property',
      ],
    ]);
  });

  it.each([
    [{}, 'body.input_data missing: is missing'],
    [{ input_data: [] }, 'body.input_data dict_type: must be an object'],
    [{ input_data: {} }, 'body.input_data.lines missing: is missing'],
    [{ input_data: sample, options: null }, 'body.options dict_type: must be an object'],
    [
      { input_data: { lines: [{ text: 'Paper', amount: 1 }], step: 'x'.repeat(2_000) } },
      'body.input_data too_long: is longer than 2000 bytes',
    ],
  ])('%# is refused: %j', async (body, problem) => {
    const answer = await user.post('/process', body);
    expect([answer.status, problemsIn(answer.body)]).toEqual([422, [problem]]);
  });
});

describe('a direct call with types', () => {
  it('has the same result', async () => {
    const result = await service.processNow(sample, { options: { rate: 5 } });
    expect(result).toMatchObject({ result_id: null, output_data: { total: 15, currency: 'EUR' } });
    expect(await host.module.process({ input_data: sample })).toMatchObject({ output_data: { total: 6 } });
  });

  it('is refused with the same list', async () => {
    const refused = service.processNow(wrong.input_data as never, { options: wrong.options as never });
    const error = await refused.catch((caught: unknown) => caught);
    expect(problemsIn(error as never)).toEqual(problems);
    await expect(service.startProcessing(wrong as never, user)).rejects.toEqual(error);
  });
});

describe('an event that starts a job', () => {
  it('gives the properties that the input declares', async () => {
    const owner = host.user(...all);
    const data = { user_id: owner.id, lines: [{ text: 'Ink', amount: 1 }], other: true };
    await host.publish('file.uploaded', data);
    const { jobs } = await host.until(async () => {
      const page = await service.listJobs({ skip: 0, limit: 2 }, owner);
      return page.total > 0 && page;
    });
    const { rows } = await host.host.services.database.pool.query('select input_data from jobs where id = $1', [
      jobs[0]?.job_id,
    ]);
    expect(rows[0]?.input_data).toEqual({ user_id: owner.id, lines: data.lines, step: 'ok' });
  });

  it('becomes a dead letter at once if its data does not fit', async () => {
    const { event_id } = await host.publish('file.uploaded', { user_id: 'somebody', lines: [] });
    expect(await deadLetter(event_id)).toBe('input_invalid');
    const { rows } = await host.host.services.database.pool.query(
      'select attempt from deliveries where event_id = $1',
      [event_id],
    );
    expect(rows).toEqual([{ attempt: 1 }]);
  });
});

describe('a job that was stored before the types changed', () => {
  const { store } = host.host.services.database;
  const add = async (input_data: object, options: object) => {
    const job = { id: randomUUID(), module: 'invoices', user_id: user.id, priority: 5 };
    await store.addJob({ ...job, input_data: { ...input_data }, options: { ...options } }, 100);
    return host.finished(user, job.id);
  };

  it('gets the defaults of the present types', async () => {
    const { job_id } = await add({ lines: [{ text: 'Paper', amount: 3 }] }, {});
    expect((await user.get(`/result/${job_id}`)).body.output_data).toEqual({ total: 6, currency: 'EUR' });
  });

  it('fails at once if it does not fit', async () => {
    expect(await add({ lines: [], pages: 2 }, {})).toMatchObject({
      status: 'failed',
      attempt: 1,
      error_code: 'input_invalid',
      error_message: 'The input does not fit the type that the module expects.',
    });
    expect(await add(sample, { rate: '2' })).toMatchObject({ error_code: 'input_invalid' });
  });
});

describe('output that does not fit', () => {
  it('fails the job without retries', async () => {
    const { job, result } = await resultOf({ ...sample, step: 'wrong' });
    expect(job).toMatchObject({ status: 'failed', error_code: 'output_invalid', attempt: 1 });
    expect(result).toEqual({ detail: 'result_unavailable' });
  });

  it('is 502 for a direct call and for an endpoint', async () => {
    await expect(service.processNow({ ...sample, step: 'wrong' })).rejects.toMatchObject({ code: 'output_invalid' });
    for (const [path, body] of [
      ['/analyse', { input_data: { ...sample, step: 'wrong' } }],
      ['/preview/plain', { text: 'a', amount: 99 }],
    ] as const)
      expect(await user.post(path, body)).toMatchObject({ status: 502, body: { detail: 'output_invalid' } });
  });
});

describe('the log', () => {
  const loggedAs = async (failing: Promise<unknown>) => {
    const logged = describeError(await failing.catch((error: unknown) => error));
    expect(JSON.stringify(logged)).not.toContain('a secret');
    return [logged.message, (logged.cause as LoggedError).message];
  };
  const event = (name: string, data: object) =>
    ({ event_id: randomUUID(), name, data: { user_id: 'somebody', ...data } }) as unknown as Event;

  it('says what does not fit, without the values', async () => {
    expect(await loggedAs(service.processNow({ ...sample, step: 'wrong' }))).toEqual([
      'output_invalid',
      'total must be a number',
    ]);
    const lines = [{ text: 'a secret that is long', amount: 'a secret' }];
    expect(await loggedAs(service.startFromEvent(event('file.uploaded', { lines })))).toEqual([
      'input_invalid',
      'body.input_data.lines.0.amount must be a number; body.input_data.lines.0.text must have at most 20 characters',
    ]);
    expect(await loggedAs(approved.publish(service, { total: 'a secret' } as never))).toEqual([
      'payload_invalid',
      'total must be a number',
    ]);
  });
});

describe('output with text that can not be stored', () => {
  const input = { ...sample, step: 'half a character' };

  it('fails the job without retries', async () => {
    const { job, result } = await resultOf(input);
    expect(job).toMatchObject({ status: 'failed', error_code: 'output_invalid', attempt: 1 });
    expect(result).toEqual({ detail: 'result_unavailable' });
  });

  it('is 502 for a direct call and for an endpoint', async () => {
    await expect(service.processNow(input)).rejects.toMatchObject({ code: 'output_invalid' });
    const answers = [
      await user.post('/analyse', { input_data: input }),
      await user.post('/preview/plain', { text: 'a', amount: 98 }),
      await user.get('/half'),
    ];
    for (const each of answers) expect(each).toMatchObject({ status: 502, body: { detail: 'output_invalid' } });
  });
});

describe('run', () => {
  it('adds what was used to the metadata', async () => {
    const { result } = await resultOf({ ...sample, step: 'usage' });
    const used = { model: 'second', input_tokens: 7, duration_ms: expect.any(Number) };
    expect(result.metadata).toEqual(used);
    expect(result.metadata.duration_ms).toBeGreaterThanOrEqual(0);
    expect((await service.processNow({ ...sample, step: 'usage' })).metadata).toEqual(used);
  });

  it('has the user and the id of the job, null for a direct call', async () => {
    const { result } = await resultOf({ ...sample, step: 'who' });
    expect(result.metadata).toMatchObject({ user: user.id, job: true });
    const direct = await service.processNow({ ...sample, step: 'who' });
    expect(direct.metadata).toMatchObject({ user: null, job: false });
    expect((await service.processNow({ ...sample, step: 'who' }, { user })).metadata).toMatchObject({ user: user.id });
  });
});

describe('hooks', () => {
  it('write together with the result', async () => {
    const { job } = await resultOf(sample);
    expect(await service.totals()).toContainEqual({ job_id: job.job_id, total: 6 });
  });

  it('fail the attempt if they throw, and roll back what they wrote', async () => {
    service.failsOnce = true;
    const { job } = await resultOf(sample);
    expect(job).toMatchObject({ status: 'completed', attempt: 2 });
    const lines = [{ text: 'Paper', amount: 6.5 }];
    const { job: failed, result } = await resultOf({ lines });
    expect(failed).toMatchObject({ status: 'failed', error_code: 'unlucky', attempt: 1 });
    expect(result).toEqual({ detail: 'result_unavailable' });
    expect((await service.totals()).map(({ job_id }) => job_id)).not.toContain(failed.job_id);
  });

  it('erase together with the jobs', async () => {
    const owner = host.user(...all);
    const { job_id } = await service.startProcessing({ input_data: sample }, owner);
    await host.finished(owner, job_id);
    await host.publish('user.deleted', { user_id: owner.id });
    await host.until(async () => (await service.listJobs({ skip: 0, limit: 1 }, owner)).total === 0);
    expect((await service.totals()).map((each) => each.job_id)).not.toContain(job_id);
  });

  it('keep the jobs if they throw', async () => {
    const owner = { id: 'nobody' };
    const { job_id } = await service.startProcessing({ input_data: sample }, owner);
    await expect(service.eraseUser('nobody')).rejects.toThrow('The hook fails.');
    expect((await service.getJob(job_id, host.admin())).job_id).toBe(job_id);
  });
});

describe('events with types', () => {
  it('are checked at the publisher', async () => {
    const event = await approved.publish(service, { total: 1, more: true });
    expect(event).toMatchObject({
      name: 'invoices.approved',
      source_module: 'invoices',
      data: { total: 1, more: true },
    });
    const error = await approved.publish(service, { total: 'a secret' } as never).catch((caught: Error) => caught);
    expect(error).toMatchObject({ code: 'payload_invalid', cause: { message: 'total must be a number' } });
    await expect(undeclared.publish(service, {})).rejects.toThrow('invoices.unheard_of is not in events_emitted');
  });

  it('reach a handler if they fit, and become dead letters otherwise', async () => {
    const { event_id } = await host.publish('billing.invoice.paid', { amount: 'much' });
    await host.publish('billing.invoice.paid', { amount: 42, more: true });
    await host.until(() => service.paid.length > 0);
    expect(service.paid).toEqual([42]);
    expect(await deadLetter(event_id)).toBe('payload_invalid');
  });

  it('about no user become dead letters', async () => {
    const { event_id } = await host.publish('user.deleted', {});
    expect(await deadLetter(event_id)).toBe('user_id_missing');
  });

  it('of jobs are those of the manifest', async () => {
    const { job } = await resultOf(sample);
    expect(host.eventsOf(job.job_id).map(({ name }) => name)).toEqual(['invoices.started', 'invoices.completed']);
  });
});

describe('endpoints with types', () => {
  it('take the body as input, and path parameters beside it', async () => {
    const line = { text: 'Paper', amount: 1 };
    expect(await user.post('/preview/short', line)).toMatchObject({
      status: 200,
      body: { kind: 'short', text: 'Paper' },
    });
    const answer = await user.post('/preview/short', { text: 'x'.repeat(21) });
    expect([answer.status, problemsIn(answer.body)]).toEqual([
      422,
      ['body.amount missing: is missing', 'body.text too_long: must have at most 20 characters'],
    ]);
    const { body } = await user.post('/preview/short', [] as never);
    expect(problemsIn(body)).toEqual(['body dict_type: must be an object']);
    expect(await user.post('/preview/short')).toMatchObject({ status: 422 });
  });

  it('take the query of GET as input, and convert its texts', async () => {
    const { body } = await user.get('/search?page=2&deep=true&q=5');
    expect(body).toEqual(['number', 'true', '5', user.id]);
    expect((await user.get('/search?page=1')).body).toEqual(['number', 'false', 'none', user.id]);
    const answer = await user.get('/search?page=first&deep=1&q=a&q=b');
    expect([answer.status, problemsIn(answer.body)]).toEqual([
      422,
      [
        'query.deep bool_type: must be true or false',
        'query.page int_type: must be an integer',
        'query.q string_type: must be a string',
      ],
    ]);
  });

  it('answer 204 without output', async () => {
    expect(await user.post('/ping', {})).toMatchObject({ status: 204, body: undefined });
  });

  it('ask for the permission of the manifest', async () => {
    const reader = host.user('invoices:read');
    expect((await reader.post('/preview/short', { text: 'a', amount: 1 })).status).toBe(200);
    expect((await reader.post('/analyse', { input_data: sample })).status).toBe(403);
    expect((await host.stranger().post('/preview/short', {})).status).toBe(401);
  });

  it('without types do the work at once', async () => {
    const { status, body } = await user.post('/analyse', { input_data: sample });
    expect([status, body]).toMatchObject([200, { result_id: null, output_data: { total: 6 } }]);
    const refused = await user.post('/analyse', wrong);
    expect([refused.status, problemsIn(refused.body)]).toEqual([422, problems]);
  });

  it('without types leave out path parameters that the input does not declare', async () => {
    const { status, body } = await user.post('/analyse/r7', { input_data: sample });
    expect([status, body]).toMatchObject([200, { output_data: { total: 6 } }]);
    const refused = await user.post('/analyse/r7', { input_data: { ...sample, report_id: 'r7', surprise: 1 } });
    expect([refused.status, problemsIn(refused.body)]).toEqual([
      422,
      [
        'body.input_data.report_id extra_forbidden: is not a known property',
        'body.input_data.surprise extra_forbidden: is not a known property',
      ],
    ]);
    const empty = await user.post('/analyse/r7', { input_data: {} });
    expect(problemsIn(empty.body)).toEqual(['body.input_data.lines missing: is missing']);
    const query = await user.get('/steps/ok/r7?surprise=1');
    expect([query.status, problemsIn(query.body)]).toEqual([
      422,
      [
        'body.input_data.lines missing: is missing',
        'body.input_data.surprise extra_forbidden: is not a known property',
      ],
    ]);
  });
});

describe('the results of a module', () => {
  it('are read with the permissions of a user', async () => {
    const { job } = await resultOf(sample);
    const { results } = service;
    expect((await results.read('invoices', job.job_id, user)).output_data).toEqual({ total: 6, currency: 'EUR' });
    const reader = host.user('invoices:read');
    for (const [module, id, reads, status, code] of [
      ['nothing', job.job_id, user, 404, 'module_not_found'],
      ['invoices', job.job_id, host.user(), 403, 'permission_denied'],
      ['invoices', randomUUID(), reader, 404, 'job_not_found'],
      ['invoices', 'no uuid', reader, 404, 'job_not_found'],
      ['invoices', job.job_id, reader, 403, 'not_owner'],
    ] as const)
      await expect(results.read(module, id, reads)).rejects.toMatchObject({ status, code });
  });
});

describe('schemas of other types than the manifest', () => {
  const manifest = service.manifest;
  const problem = 'the types in manifest.yaml and schemas.ts of invoices differ: run create-ai-module update';

  it.each<[string, Partial<ModuleSchemas>, string | undefined]>([
    ['the same types', { fingerprint: manifest.fingerprint }, undefined],
    ['an older manifest', { fingerprint: '00000000' }, problem],
    ['no input', { fingerprint: undefined, Input: UNTYPED.Input }, problem],
    ['types that are unknown', { fingerprint: undefined }, undefined],
  ])('are noticed: %s', (_, changes, sentence) => {
    expect(staleTypes(manifest, { ...schemas, ...changes })).toBe(sentence);
  });

  it('are noticed if the manifest has no types', () => {
    expect(staleTypes({ ...manifest, fingerprint: undefined }, { ...UNTYPED, fingerprint: '00000000' })).toBe(problem);
  });
});

it('says what may be the reason when a wait of a test ends', async () => {
  const { job_id } = await service.startProcessing({ input_data: { ...sample, step: 'wrong' } }, user);
  await host.finished(user, job_id);
  const { event_id } = await host.publish('file.uploaded', { user_id: user.id });
  await deadLetter(event_id);
  const wait = host.until(() => undefined, 50);
  await expect(wait).rejects.toThrow(
    `not within 0.05 seconds. Newest jobs of invoices: ${job_id} failed (output_invalid`,
  );
  await expect(wait).rejects.toThrow('. Dead letters: file.uploaded (input_invalid)');
});

describe('the configuration', () => {
  it('has the values and limits of the manifest', async () => {
    expect(service.config).toMatchObject({
      pages: 3,
      tags: ['paid', 'due'],
      max_input_bytes: 2_000,
      retry_attempts: 1,
    });
    const { properties, required } = host.module.getConfigSchema();
    expect(properties?.pages).toMatchObject({ type: 'integer', default: 3, minimum: 1, maximum: 9 });
    expect(properties?.tags).toEqual({ type: 'array', items: { type: 'string' }, default: ['paid', 'due'] });
    expect(required).toBeUndefined();
    for (const env of [{ INVOICES_PAGES: '10' }, { INVOICES_MAX_INPUT_BYTES: '3001' }, { INVOICES_TAGS: 'due' }]) {
      const refused = TestHost.start('invoices', env, typedModules);
      await expect(refused).rejects.toMatchObject({ cause: { code: 'config_invalid' } });
    }
  });
});

describe('the OpenAPI document', () => {
  it('has each schema once, and names for the operations of the host', () => {
    const { paths, components } = host.host.app.swagger() as never as {
      paths: Record<string, Record<string, { operationId: string }>>;
      components: { schemas: object };
    };
    const names = Object.keys(components.schemas);
    expect(names).toEqual(expect.arrayContaining(['PublishRequest', 'HostHealth', 'Refused', 'Event']));
    expect(
      names.filter((name) => /^(Refused|InvalidRequest|HostHealth|ModuleList|Event|Publish)\w*Input$/.test(name)),
    ).toEqual([]);
    const ids = Object.values(paths).flatMap((methods) => Object.values(methods).map((each) => each.operationId));
    expect(ids).toEqual(
      expect.arrayContaining(['host_health', 'list_modules', 'module_health', 'publish_event', 'test_events']),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('describes requests and answers with the types', async () => {
    const document = (await host.host.app.inject({ url: '/openapi.json' })).json();
    const { schemas } = document.components;
    const at = (path: string) => document.paths[`/api/v1/modules/invoices${path}`];
    expect(schemas.InvoicesInput).toEqual({
      type: 'object',
      required: ['lines'],
      properties: {
        lines: { type: 'array', items: { $ref: '#/components/schemas/InvoicesLine' }, minItems: 1 },
        step: { type: 'string', default: 'ok' },
        user_id: { type: 'string' },
      },
      additionalProperties: false,
    });
    expect(at('/process').post).toMatchObject({
      operationId: 'invoices_process',
      security: [{ bearer: [] }],
      requestBody: {
        content: { 'application/json': { schema: { $ref: '#/components/schemas/InvoicesProcessRequest' } } },
      },
      responses: { 202: { headers: { Location: {} } }, 401: {}, 403: {}, 422: {}, 429: {}, 503: {} },
    });
    expect(at('/preview/{kind}').post).toMatchObject({
      operationId: 'invoices_preview_by_kind',
      summary: 'Preview a line',
    });
    expect(at('/search').get.parameters[0]).toEqual({
      name: 'page',
      in: 'query',
      required: true,
      schema: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
    });
    const text = JSON.stringify(document);
    for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g))
      expect(schemas).toHaveProperty(name);
  });

  it('describes a union with its discriminator', () => {
    const shape = (kind: string) => ({ type: 'object', required: ['kind'], properties: { kind: { const: kind } } });
    const types = { Circle: shape('circle'), Square: shape('square') };
    const union = {
      oneOf: [{ $ref: '#/types/Circle' }, { $ref: '#/types/Square' }],
      discriminator: { propertyName: 'kind' },
    };
    expect(jsonSchemaOf(union, types, (name) => `#/x/${name}`)).toEqual({
      oneOf: [{ $ref: '#/x/Circle' }, { $ref: '#/x/Square' }],
      discriminator: { propertyName: 'kind', mapping: { circle: '#/x/Circle', square: '#/x/Square' } },
    });
    expect(Object.keys(standaloneSchema(union, types).$defs as object)).toEqual(['Circle', 'Square']);
  });
});
