import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { express } from '../core/attach/apps.ts';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';

/** An attached application whose server is a script. The nightly tests verify applications with a real guest. */
async function attached(server: string, commands: Readonly<Record<string, readonly string[]>> = {}): Promise<string> {
  const root = tempFolder();
  for (const [path, text] of Object.entries({ ...express, 'app.mjs': server })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  await succeedIn(root, ['host', 'attach', '--no-resolve', '--yes']);
  const all = { install: [], start: ['node', 'app.mjs', '{port}'], test: [], ...commands };
  const file = join(root, 'ai-modules.yaml');
  writeFileSync(file, `${readFileSync(file, 'utf8')}commands: ${JSON.stringify(all)}\n`);
  return root;
}

/** A server that answers each request with a status and a text. */
const serverThat = (answers: string, listens = 'Number(process.argv[2])') => `
import { createServer } from 'node:http';
globalThis.polls = 0;
const answer = ${answers};
const server = createServer(({ method, url, headers }, response) => {
  const [status, body] = answer(method + ' ' + url, headers['ai-check-token'] === process.env.AI_CHECK_TOKEN);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});
server.listen(${listens}, () => console.log('listening on http://localhost:' + server.address().port));
`;

/** What a guest with the module answers. Its body may be wrapped by the application. */
const guestThat = ({ anonymous = "[401, { detail: 'not_authenticated' }]", job = 'completed', module = 'ready' }) => `
(request, isCheck) => {
  if (request === 'GET /ai/health') return [200, { data: { status: 'ok', modules: { attachment_check: '${module}' } } }];
  if (!isCheck) return ${anonymous};
  if (request.startsWith('POST ')) return [202, { data: { job_id: 'a-1', status: 'pending' } }];
  const status = ++globalThis.polls > 2 ? '${job}' : globalThis.polls === 1 ? 'pending' : 'processing';
  return [200, { status: 'success', data: { job_id: 'a-1', status, error: 'no reason' } }];
}`;

const verify = ['host', 'attach', '--verify'];

describe('host attach --verify in an attached application', () => {
  it('runs the commands in their order, a job, and the tests, and leaves the files as they were', async () => {
    const root = await attached(serverThat(guestThat({})), {
      build: [
        'node',
        '-e',
        "require('fs').appendFileSync('log', require('fs').existsSync('ai/modules/attachment_check/manifest.yaml') + ' ')",
      ],
      test: ['node', '-e', 'process.exit(process.env.AI_ROLE === undefined && process.env.CI === "true" ? 0 : 1)'],
    });
    const before = snapshot(root);
    const { out, err } = await succeedIn(root, verify);
    expect(out).toBe(`Verified ${root}\n`);
    expect(err).toContain('passed a job of a module is completed\n');
    expect(readFileSync(join(root, 'log'), 'utf8')).toBe('true ');
    const { log: _, ...after } = snapshot(root) as Record<string, unknown>;
    expect(after).toEqual(before);
  });

  it('finds the port that the application logs', async () => {
    const root = await attached(serverThat(guestThat({}), '0'));
    expect(JSON.parse((await succeedIn(root, [...verify, '--json'])).out)).toMatchObject({
      command: 'host attach',
      framework: 'express',
      verified: true,
      written: false,
    });
  });

  it('only prints the commands with --dry-run', async () => {
    const root = await attached('process.exit(1)', { test: ['make', 'test'] });
    const { out } = await succeedIn(root, [...verify, '--dry-run']);
    expect(out).toBe("To verify it, these commands run:\n  node app.mjs '{port}'\n  make test\n");
  });

  it.each<[string, string, Readonly<Record<string, readonly string[]>>, string]>([
    [
      'dependencies are not installed',
      '',
      { install: ['node', '-e', 'process.exit(7)'] },
      "Verification failed, step install: node -e 'process.exit(7)' failed: exit code 7",
    ],
    [
      'a program is missing',
      '',
      { build: ['no-such-program'] },
      'step build: no-such-program failed: the program is not',
    ],
    ['migrations fail', '', { migrate: ['node', '-e', 'process.exit(2)'] }, 'step migrate: node -e'],
    ['no command starts it', '', { start: [] }, 'step start: the command that starts the application was not found'],
    [
      'the application ends',
      "console.log('EADDRINUSE: port 3000 is in use'); process.exit(3)",
      {},
      'step start: the application ended while it started: exit code 3\nEADDRINUSE: port 3000 is in use',
    ],
    [
      'the guest is not attached',
      serverThat("() => [404, { error: 'nothing' }]"),
      {},
      '/ai/health answers 404: the entry point does not attach the guest',
    ],
    [
      'the ports cannot be used',
      `console.log(JSON.stringify({ level: 50, msg: 'AI modules are not available, ports_invalid: no user' }));
       ${serverThat("() => [503, { detail: 'ports_invalid' }]")}`,
      {},
      'the guest answers 503 ports_invalid: the ports file cannot be used\nAI modules are not available, ports_invalid: no user',
    ],
    [
      'the function for users fails',
      `console.log('authentication failed\\nTypeError: no session'); ${serverThat(guestThat({ anonymous: "[503, { detail: 'authentication_unavailable' }]" }))}`,
      {},
      'step job: authenticate of the ports file failed for a request without a login: 503 authentication_unavailable\nauthentication failed\nTypeError: no session',
    ],
    ['the module does not start', serverThat(guestThat({ module: 'failed' })), {}, 'step job: a new module is failed'],
    [
      'the job fails',
      serverThat(guestThat({ job: 'failed' })),
      {},
      'step job: the job of a new module is not completed',
    ],
    [
      "the application's tests fail",
      serverThat(guestThat({})),
      { test: ['node', '-e', 'process.exit(1)'] },
      "step test: node -e 'process.exit(1)' failed: exit code 1",
    ],
  ])('reports with one message if %s', async (_, server, commands, message) => {
    const root = await attached(server, commands);
    const before = snapshot(root);
    const { code, err } = await runIn(root, verify);
    expect([code, err]).toEqual([3, expect.stringContaining(message)]);
    expect(err.match(/^error /gm)).toHaveLength(1);
    expect(snapshot(root)).toEqual(before);
  });
});

describe('what an interrupted verification left', () => {
  let root: string;
  beforeAll(async () => {
    root = await attached('process.exit(1)');
  });

  it('is removed by the next one', async () => {
    const before = snapshot(root);
    const folder = join(root, 'ai/modules/attachment_check');
    mkdirSync(folder);
    const text = 'description: "Exists while create-ai-module verifies the attachment; may be deleted."\n';
    writeFileSync(join(folder, 'manifest.yaml'), text);
    expect((await runIn(root, verify)).err).toContain('step start');
    expect(snapshot(root)).toEqual(before);
  });

  it('is not confused with a module of the user', async () => {
    await succeedIn(root, ['new', 'attachment_check', '--yes']);
    const before = snapshot(root);
    const { code, err } = await runIn(root, verify);
    expect([code, err]).toEqual([2, expect.stringContaining('attachment_check already exists')]);
    expect(snapshot(root)).toEqual(before);
  });
});
