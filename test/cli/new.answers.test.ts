import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse as readYaml } from 'yaml';
import { tempFolder } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { manifestOf, newHost, stacks } from './hosts.ts';

const seedManifest = fileURLToPath(new URL('../fixtures/manifests/mon_nouveau_module.yaml', import.meta.url));

async function manifestFrom(argv: readonly string[], files: Readonly<Record<string, string>> = {}) {
  const root = await newHost();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  await succeedIn(root, ['new', ...argv, '--yes']);
  return manifestOf(root, 'alpha');
}

describe('a name alone', () => {
  it('is enough', async () => {
    expect(await manifestFrom(['alpha', '--author', 'Ada'])).toEqual({
      name: 'alpha',
      version: '1.0.0',
      description: 'Alpha: an AI module.',
      author: 'Ada',
      class_name: 'AlphaModule',
      dependencies: [],
      endpoints: [
        'POST /process',
        'GET /status/{job_id}',
        'GET /list',
        'POST /cancel/{job_id}',
        'POST /retry/{job_id}',
        'GET /result/{job_id}',
        'GET /admin/stats',
      ],
      permissions_required: ['alpha:create', 'alpha:read', 'alpha:delete', 'alpha:admin'],
      events_emitted: ['alpha.started', 'alpha.progress', 'alpha.completed', 'alpha.failed', 'alpha.cancelled'],
      events_subscribed: ['user.deleted'],
      resources: { cpu: '1', memory: '512Mi', max_concurrent_jobs: 10 },
      configuration: { timeout_seconds: 300, retry_attempts: 3, provider: 'local' },
    });
  });

  it('takes the author from git', async () => {
    const root = await newHost();
    execFileSync('git', ['init', '--quiet'], { cwd: root });
    execFileSync('git', ['config', 'user.name', 'Grace "G" Hopper'], { cwd: root });
    await succeedIn(root, ['new', 'alpha', '--yes']);
    expect(manifestOf(root, 'alpha').author).toBe('Grace "G" Hopper');
  });
});

const base = `name: other
version: 2.0.0
description: from the manifest
author: from the manifest
class_name: AlphaModule
endpoints: [POST /process]
permissions_required: ["alpha:create"]
resources: { cpu: 3, memory: 3Gi, max_concurrent_jobs: 3 }
configuration: { top_k: 3, language: en }
`;
const answers = `name: alpha
description: from the answers file
author: from the answers file
cpu: 2
memory: 2Gi
max_concurrent_jobs: 2
config: { top_k: 2 }
`;

describe('an invalid answer', () => {
  it.each<[flag: string, value: string, meant: string]>([
    ['--endpoint', 'GTE /x', 'GET /x'],
    ['--endpoint', 'POST reindex', 'POST /reindex'],
    ['--permission', 'alpha.share', 'alpha:share'],
    ['--emit', 'alpha:indexed', 'alpha.indexed'],
    ['--subscribe', 'file:uploaded', 'file.uploaded'],
    ['--dependency', 'module:doc-search', 'module:doc_search'],
    ['--memory', '512 MB', '512Mi'],
    ['--cpu', '500 m', '500m'],
    ['--class-name', 'alphaModule', 'AlphaModule'],
    ['--module-version', '1.2', '1.2.0'],
  ])('of %s %s gets a suggestion', async (flag, value, meant) => {
    const { code, err } = await runIn(await newHost(), ['new', 'alpha', flag, value, '--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining(`. Did you mean ${meant}?`)]);
  });

  it('gets a suggestion in an answers file, too', async () => {
    const root = await newHost();
    writeFileSync(join(root, 'a.yaml'), 'name: alpha\nendpoints: [GTE /x]\n');
    const { code, err } = await runIn(root, ['new', '--answers', 'a.yaml', '--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining('endpoints (a.yaml:2): has the method GTE; the known')]);
    expect(err).toContain('Did you mean GET /x?');
  });
});

describe('several sources of answers', () => {
  it.each<[string, readonly string[], object]>([
    [
      'the flag wins',
      [
        '--from',
        'base.yaml',
        '--answers',
        'answers.yaml',
        '--author',
        'from the flag',
        '--cpu',
        '1',
        '--config',
        'top_k=1',
      ],
      {
        name: 'alpha',
        version: '2.0.0',
        description: 'from the answers file',
        author: 'from the flag',
        resources: { cpu: '1', memory: '2Gi', max_concurrent_jobs: 2 },
        configuration: { top_k: 1, language: 'en' },
      },
    ],
    [
      'the argument wins over the name in a file',
      ['alpha', '--from', 'base.yaml'],
      {
        name: 'alpha',
        description: 'from the manifest',
        resources: { cpu: '3', memory: '3Gi', max_concurrent_jobs: 3 },
      },
    ],
    [
      'a default is the last resort',
      ['--answers', 'answers.yaml'],
      { version: '1.0.0', author: 'from the answers file', class_name: 'AlphaModule' },
    ],
  ])('%s', async (_, argv, wanted) => {
    expect(await manifestFrom(argv, { 'base.yaml': base, 'answers.yaml': answers })).toMatchObject(wanted);
  });

  it('combine lists', async () => {
    const manifest = await manifestFrom(
      ['alpha', '--answers', 'more.yaml', '--endpoint', 'POST /two', '--emit', 'alpha.two', '--subscribe', 'file.two'],
      {
        'more.yaml':
          'endpoints: [GET /one]\nemit: [alpha.one]\nsubscribe: [file.one]\npermissions: ["alpha:one"]\ndependencies: [redis]\n',
      },
    );
    expect(manifest).toMatchObject({
      endpoints: expect.arrayContaining(['POST /process', 'GET /one', 'POST /two']),
      events_emitted: expect.arrayContaining(['alpha.started', 'alpha.one', 'alpha.two']),
      events_subscribed: ['user.deleted', 'file.one', 'file.two'],
      permissions_required: expect.arrayContaining(['alpha:create', 'alpha:one']),
      dependencies: ['redis'],
    });
  });
});

describe.each(stacks)('--from with the manifest of the original platform, on %s', (stack) => {
  it('works unchanged and keeps its names', async () => {
    const root = await newHost(stack);
    const { out } = await succeedIn(root, ['new', '--from', seedManifest, '--json', '--yes']);
    const { folder } = JSON.parse(out) as { folder: string };
    const written = readYaml(readFileSync(join(root, folder, 'manifest.yaml'), 'utf8')) as Record<string, unknown>;
    const given = readYaml(readFileSync(seedManifest, 'utf8')) as Record<string, unknown>;
    expect(folder.split('/').at(-1)).toBe('mon_nouveau_module');
    expect(written).toEqual(given);
    expect(given).toMatchObject({
      class_name: 'MonNouveauModule',
      permissions_required: ['mon_module:create', 'mon_module:read', 'mon_module:delete'],
    });
  });
});

it('does not change the manifest of --from', async () => {
  const root = tempFolder();
  const copy = join(root, 'given.yaml');
  copyFileSync(seedManifest, copy);
  await succeedIn(await newHost(), ['new', '--from', copy, '--yes']);
  expect(readFileSync(copy)).toEqual(readFileSync(seedManifest));
});

it('does not prompt if all answers are given', async () => {
  const root = await newHost();
  const { asked } = await succeedIn(root, ['new', '--from', seedManifest], { replies: {} });
  expect(asked).toEqual(['Write these files?']);
});

it('names the flag of a missing answer if prompts are not allowed', async () => {
  const root = await newHost();
  for (const [argv, replies] of [
    [['new'], undefined],
    [['new', '--yes'], {}],
    [['new', '--json'], {}],
  ] as const) {
    const { code, err } = await runIn(root, argv, replies === undefined ? {} : { replies });
    expect([code, err]).toEqual([2, expect.stringContaining('<name> is missing')]);
  }
});
