import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { firstSeed } from '../../draws.ts';
import { describeWhere, missingPython } from '../../e2e/needs.ts';
import { pythonTool } from '../../e2e/python-tools.ts';
import { authorizationOf } from '../compare/callers.ts';
import { scripts, startHost } from '../compare/hosts.ts';
import type { Host } from '../host/host.ts';
import { order } from '../typed/cases.ts';
import { send } from '../wire/send.ts';

const examples = 60;
const maxInputBytes = 20_000;
/** So that valid data is not refused because of its size or number. */
const largeLimits = {
  DOCUMENT_SEARCH_MAX_INPUT_BYTES: `${maxInputBytes}`,
  DOCUMENT_SEARCH_MAX_PENDING_JOBS: '10000',
  MANY_METHODS_MAX_PENDING_JOBS: '10000',
  MON_NOUVEAU_MODULE_MAX_PENDING_JOBS: '10000',
  ORDERS_MAX_PENDING_JOBS: '10000',
  ORDER_REPORTS_MAX_PENDING_JOBS: '10000',
  MON_NOUVEAU_MODULE_PROVIDER: 'openai',
  // The job to cancel still runs when its turn comes.
  DOCUMENT_SEARCH_TIMEOUT_SECONDS: '3600',
  MON_NOUVEAU_MODULE_TIMEOUT_SECONDS: '3600',
  // They return all events.
  TEST_ENDPOINTS: '0',
};
// With the reason why a check can't hold.
const excluded = [
  'unsupported_method', // Another method is 404 `not_found` instead of 405: docs/modules.md.
];

/** Nobody can cancel a job that ends at once, or send an order in a query. */
const impossible = ['POST /api/v1/modules/orders/cancel/{job_id}', 'GET /api/v1/modules/orders/quick/{due}'];

await describeWhere('schemathesis', missingPython(), () => {
  describe('schemathesis', () => {
    it.each(['fastify', 'fastapi'] as const)('%s answers as its OpenAPI document says', async (stack) => {
      const { host, close } = await startHost(stack, largeLimits);
      const folder = mkdtempSync(join(tmpdir(), 'schemathesis-'));
      try {
        writeFileSync(join(folder, 'schemathesis.toml'), await configuration(host));
        const output = await schemathesis(host, folder);
        expect(output.code, output.text).toBe(0);
        expect(await withoutSuccess(host, join(folder, 'requests.har')), 'operations without an answer 2xx').toEqual(
          impossible,
        );
      } finally {
        await close();
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
});

/** The ids of jobs and dead letters in the state that each operation needs. */
async function configuration(host: Host): Promise<string> {
  const post = async (user: 'user' | 'admin', path: string, body: object) => {
    const authorization = authorizationOf(user, host.secret, 'someone') ?? '';
    const headers = { authorization, 'content-type': 'application/json' };
    return (await send(host.baseUrl, { method: 'POST', path, headers, body: JSON.stringify(body) })).json;
  };
  const process = async (module: string, input: object) =>
    ((await post('user', `/api/v1/modules/${module}/process`, { input_data: input })) as { job_id: string }).job_id;
  const operation = (path: string, parameter: string, value: string) =>
    [
      '[[operations]]',
      `include-path = "${path}"`,
      `parameters = { "path.${parameter}" = ${JSON.stringify(value)} }`,
    ].join('\n');
  const ofModule = async (module: string, name: string, text: string, input: object = { text }) =>
    operation(`/api/v1/modules/${module}/${name}/{job_id}`, 'job_id', await process(module, input));
  const ofAll = async (name: string, text: string) =>
    operation(`/api/v1/jobs/{job_id}/${name}`, 'job_id', await process('document_search', { text }));
  const letter = async () => {
    const data = { user_id: 'someone', text: 'x'.repeat(maxInputBytes) };
    const { event_id } = (await post('admin', '/api/v1/events', { name: 'file.uploaded', data })) as {
      event_id: string;
    };
    return `${event_id}.document_search`;
  };
  const operations = await Promise.all([
    ofModule('document_search', 'status', scripts.ok),
    ofModule('document_search', 'result', scripts.ok),
    ofModule('document_search', 'cancel', scripts.hold),
    ofModule('document_search', 'retry', scripts.rejected),
    ofModule('mon_nouveau_module', 'status', scripts.ok),
    ofModule('mon_nouveau_module', 'cancel', scripts.hold),
    ofModule('many_methods', 'status', scripts.ok),
    ofModule('orders', 'status', '', order()),
    ofModule('orders', 'result', '', order()),
    ofModule('order_reports', 'status', scripts.ok),
    ofAll('cancel', scripts.hold),
    ofAll('retry', scripts.rejected),
    letter().then((id) => operation('/dead-letters/{id}', 'id', id)),
    letter().then((id) => operation('/dead-letters/{id}/replay', 'id', id)),
  ]);
  return operations.join('\n\n');
}

/** Runs all checks as an administrator. */
async function schemathesis(host: Host, folder: string): Promise<{ code: number; text: string }> {
  const program = await pythonTool('schemathesis==4.32.5', 'schemathesis');
  copyFileSync(join(import.meta.dirname, 'hooks.py'), join(folder, 'hooks.py'));
  const args = [
    ...['run', `${host.baseUrl}/openapi.json`, '--no-color', '--seed', `${firstSeed}`, '--max-examples', `${examples}`],
    ...['--header', `Authorization: ${authorizationOf('admin', host.secret, '')}`],
    ...['--checks', 'all', '--exclude-checks', excluded.join(',')],
    // The document does not say that its path and query are the whole input, which has objects.
    ...['--exclude-path', '/api/v1/modules/orders/quick/{due}'],
    // U+0000 is `json_invalid` everywhere: docs/modules.md.
    ...['--generation-allow-x00', 'false'],
    ...['--report', 'har', '--report-har-path', 'requests.har'],
  ];
  const env = { ...process.env, SCHEMATHESIS_HOOKS: 'hooks', PYTHONPATH: folder };
  return new Promise((resolve) => {
    execFile(program, args, { cwd: folder, env, maxBuffer: 1e9 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : 1, text: stdout + stderr });
    });
  });
}

interface Har {
  readonly log: {
    readonly entries: ReadonlyArray<{
      readonly request: { readonly method: string; readonly url: string };
      readonly response: { readonly status: number };
    }>;
  };
}

/** The operations of the document that never answered with 2xx. */
async function withoutSuccess(host: Host, report: string): Promise<string[]> {
  const { log } = JSON.parse(readFileSync(report, 'utf8')) as Har;
  const succeeded = log.entries
    .filter(({ response: { status } }) => status >= 200 && status < 300)
    .map(({ request: { method, url } }) => `${method} ${new URL(url).pathname}`);
  const { json } = await send(host.baseUrl, { method: 'GET', path: '/openapi.json' });
  const { paths } = json as { paths: Record<string, Record<string, unknown>> };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const patternOf = (operation: string) => new RegExp(`^${operation.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
  return operations.filter((operation) => !succeeded.some((each) => patternOf(operation).test(each)));
}
