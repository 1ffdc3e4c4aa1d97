import { describe, expect, it } from 'vitest';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { manifestOf, mini, newHost } from './hosts.ts';
import { cancel } from './scripted-prompter.ts';

const questions = [
  'Name of the module (snake_case)',
  'What does it do?',
  'Use the defaults for everything else?',
  'Author',
  'Field of the input, like text:string or language?:en|fr=en (empty: any JSON object)',
  'Field of the output (empty: any JSON object)',
  'Standard endpoints',
  'Endpoints beyond the standard ones, like "POST /reindex" (comma-separated)',
  'Standard permissions',
  'Permissions beyond create, read, delete and admin, like "ns:share" (comma-separated)',
  'Standard events that it emits',
  'Events it emits beyond the standard five, like "ns.indexed" (comma-separated)',
  'Standard events that it handles',
  'Events of other modules that it handles',
  'Events it handles beyond user.deleted, like "file.uploaded" (comma-separated)',
  'Modules that it calls',
  'Dependencies: services, "module:<name>" or packages (comma-separated)',
  'CPUs',
  'Memory',
  'Jobs that run at once, over all processes',
  'Configuration key (empty to go on)',
  'Where is the work done?',
  'Write these files?',
];

/** What is offered before a question, of other modules. */
const offers: Readonly<Record<string, string>> = {
  'Events it handles': 'Events of other modules that it handles',
  Dependencies: 'Modules that it calls',
};

async function answer(replies: Parameters<typeof runIn>[2], argv: readonly string[] = []) {
  const root = await newHost();
  await succeedIn(root, ['new', 'beta', '--yes']);
  const outcome = await succeedIn(root, ['new', ...argv], replies);
  return { ...outcome, manifest: manifestOf(root, 'alpha') };
}

describe('without flags', () => {
  it('asks all questions in the order of the pack', async () => {
    const { asked } = await answer({ replies: { Name: 'alpha' } });
    expect(asked).toEqual(questions);
  });

  it('uses the answers', async () => {
    const { manifest } = await answer({
      replies: {
        Name: 'alpha',
        'What does it do?': 'Counts "words".',
        Author: 'Ada',
        Endpoints: 'POST /reindex, GET /documents/{document_id}',
        Permissions: 'alpha:share',
        'Events it emits': 'alpha.indexed',
        'Events it handles': 'file.uploaded,file.deleted',
        Dependencies: 'redis, celery[redis,msgpack], numpy>=1,<3, module:beta',
        CPUs: '500m',
        Memory: '2Gi',
        Jobs: '3',
        'Where is': 'openai',
      },
    });
    expect(manifest).toMatchObject({
      description: 'Counts "words".',
      author: 'Ada',
      endpoints: expect.arrayContaining(['POST /reindex', 'GET /documents/{document_id}']),
      permissions_required: expect.arrayContaining(['alpha:share']),
      events_emitted: expect.arrayContaining(['alpha.indexed']),
      events_subscribed: ['user.deleted', 'file.uploaded', 'file.deleted'],
      dependencies: ['redis', 'celery[redis,msgpack]', 'numpy>=1,<3', 'module:beta'],
      resources: { cpu: '500m', memory: '2Gi', max_concurrent_jobs: 3 },
      configuration: { provider: 'openai' },
    });
  });
});

describe('with flags', () => {
  it.each<[string, readonly string[], string]>([
    ['the name', ['alpha'], 'Name'],
    ['--description', ['--description', 'x'], 'What does it do?'],
    ['--author', ['--author', 'x'], 'Author'],
    ['--endpoint', ['--endpoint', 'POST /x'], 'Endpoints'],
    ['--permission', ['--permission', 'alpha:x'], 'Permissions'],
    ['--emit', ['--emit', 'alpha.x'], 'Events it emits'],
    ['--subscribe', ['--subscribe', 'a.x'], 'Events it handles'],
    ['--dependency', ['--dependency', 'redis'], 'Dependencies'],
    ['--cpu', ['--cpu', '1'], 'CPUs'],
    ['--memory', ['--memory', '1Gi'], 'Memory'],
    ['--max-concurrent-jobs', ['--max-concurrent-jobs', '1'], 'Jobs'],
    ['--config', ['--config', 'top_k=1'], 'Configuration key'],
    ['--provider', ['--provider', 'local'], 'Where is'],
    ['--config for the provider', ['--config', 'provider=openai'], 'Where is'],
  ])('does not ask for the answer of %s, but for all others', async (_, argv, question) => {
    const { asked } = await answer({ replies: { Name: 'alpha' } }, argv);
    expect(asked.filter((text) => text.startsWith(question))).toEqual([]);
    const others = questions.filter(
      (text) => text !== offers[question] && !text.startsWith(question) && !text.startsWith('Configuration key'),
    );
    expect(asked.filter((text) => !text.startsWith('Configuration key'))).toEqual(others);
  });

  it.each<[string, readonly string[]]>([
    ['--yes', ['alpha', '--yes']],
    ['--json', ['alpha', '--json']],
    ['--diff', ['alpha', '--diff']],
  ])('does not prompt with %s', async (_, argv) => {
    expect(await runIn(await newHost(), ['new', ...argv], { replies: {} })).toMatchObject({ code: 0, asked: [] });
  });

  it('reports contradictions before it prompts', async () => {
    const argv = ['new', '--endpoint', 'GET /status/{id}'];
    const outcome = await runIn(await newHost(), argv, { replies: { Name: 'alpha' } });
    expect(outcome).toMatchObject({
      code: 2,
      asked: [],
      err: expect.stringContaining('--endpoint: endpoints[7] duplicates'),
    });
  });
});

describe('an invalid answer', () => {
  it.each<[string, string, string, string]>([
    ['Name', 'class', 'alpha', 'It is a keyword of Python or TypeScript.'],
    ['Name', '../evil', 'alpha', 'It looks like a path: pass only the name, the host determines the folder.'],
    ['Name', 'Alpha', 'alpha', 'It must start with a lower-case letter a to z.'],
    ['Name', 'taken', 'alpha', 'The host has a module of that name already.'],
    ['What does it do?', ' ', 'x', 'It is empty.'],
    ['Author', 'x'.repeat(201), 'x', 'It has 201 characters: at most 200.'],
    ['Endpoints', 'POST /x, reindex', '', 'reindex must be "METHOD /path", with {snake_case} for parameters.'],
    ['Endpoints', 'GET /status/{id}', '', 'endpoints[7] duplicates endpoints[1]. Remove one of the two.'],
    ['Permissions', 'share', '', 'share must be "namespace:verb", in lower case.'],
    ['Events it emits', 'Indexed', '', 'Indexed must be "namespace.verb", in lower case.'],
    ['Dependencies', '?', '', '? must be a service, "module:<name>" or a package.'],
    ['CPUs', 'many', '1', 'It must be a quantity of CPUs as in Kubernetes: "1", "0.5" or "500m".'],
    ['Memory', '1 GB', '1G', 'It must be a quantity of bytes as in Kubernetes: "512Mi" or "2Gi".'],
    ['Jobs', '0', '1', 'It must be a whole number from 1 to 1000.'],
  ])('%s %j is refused with a reason, and the question is repeated', async (question, wrong, right, reason) => {
    const root = await newHost();
    await succeedIn(root, ['new', 'taken', '--yes']);
    const { refusals } = await succeedIn(root, ['new'], { replies: { Name: 'alpha', [question]: [wrong, right] } });
    expect(refusals).toEqual([reason]);
  });
});

it.each(questions.filter((question) => question !== 'Write these files?'))(
  'Ctrl-C at %j leaves nothing behind',
  async (question) => {
    const root = await newHost();
    await succeedIn(root, ['new', 'beta', '--yes']);
    const before = snapshot(root);
    const { code, err } = await runIn(root, ['new'], { replies: { Name: 'alpha', [question]: cancel } });
    expect(code).toBe(130);
    expect(err).toMatch(/Cancelled\. Nothing was written\.\n$/);
    expect(snapshot(root)).toEqual(before);
  },
);

it('shows the plan last, and writes nothing if it is declined', async () => {
  const root = await newHost();
  const { code, err, asked } = await runIn(root, ['new', 'alpha'], { replies: { 'Write these': false } });
  expect(code).toBe(130);
  expect(asked.at(-1)).toBe('Write these files?');
  expect(err).toContain('+ manifest.yaml');
  expect(() => manifestOf(root, 'alpha')).toThrow('ENOENT');
});

it('asks for the stack if there are several', async () => {
  const { asked } = await runIn(tempFolder(), ['host', 'init', '--stack', mini], { replies: {} });
  expect(asked).toEqual(['Write these files?']);
});
