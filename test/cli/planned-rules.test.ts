import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { snapshot } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { newHost } from './hosts.ts';
import { hostWithModule, packFolder } from './update-packs.ts';

/** Fake, and split so that secret scanners do not report it. */
const apiKey = ['sk-', 'proj-', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6'].join('');

let root: string;
beforeEach(async () => {
  root = await newHost();
});

const make = (name: string, ...flags: string[]) => ['new', name, '--yes', ...flags];
const manifestFile = (name: string) => join(root, 'modules', name, 'manifest.yaml');
const setRules = (text: string) => appendFileSync(join(root, 'ai-modules.yaml'), text);
const edit = (name: string, from: string | RegExp, to: string) => {
  const text = readFileSync(manifestFile(name), 'utf8');
  expect(text).toMatch(from);
  writeFileSync(manifestFile(name), text.replace(from, to));
};

/** Expects the run to be refused because of `rule`, without changes on disk. */
async function refuses(argv: readonly string[], rule: string, options: Parameters<typeof runIn>[2] = {}) {
  const before = snapshot(root);
  const { code, out, err } = await runIn(root, argv, options);
  expect([code, err]).toEqual([2, expect.stringContaining(`(${rule})`)]);
  expect(err).toContain('Nothing was written');
  expect(snapshot(root)).toEqual(before);
  return { out, err };
}

type Kind = readonly [name: string, before: string[][], argv: string[], rule: string];

const kinds: Kind[] = [
  ['a secret by its name', [], make('leaky', '--config', 'password=hunter2'), 'secret-value'],
  ['a key of a known service', [], make('leaky', '--config', `note=${apiKey}`), 'secret-value'],
  ['a secret in the description', [], make('leaky', '--description', `Uses ${apiKey}`), 'secret-value'],
  [
    'a secret in a long setting',
    [],
    make('leaky', '--config', 'token={type: string, default: abcdef}'),
    'secret-value',
  ],
  ['classes of the same name', [make('window')], make('window_'), 'duplicate-class'],
  ['a class name that is taken', [make('alpha')], make('beta', '--class-name', 'AlphaModule'), 'duplicate-class'],
  [
    'environment variables of the same name',
    [make('doc', '--config', 'search_top_k=5')],
    make('doc_search', '--config', 'top_k=5'),
    'environment-clash',
  ],
  [
    'the same, if the longer name exists first',
    [make('doc_search', '--config', 'top_k=5')],
    make('doc', '--config', 'search_top_k=5'),
    'environment-clash',
  ],
  ['a module that is not there', [], make('alpha', '--dependency', 'module:beta'), 'missing-module'],
  ['a module that depends on itself', [], make('alpha', '--dependency', 'module:alpha'), 'circular-dependency'],
  ['an event of another module', [make('alpha')], make('beta', '--emit', 'alpha.completed'), 'event-owner'],
  ['a new secret', [make('alpha')], ['add', 'config', 'password=hunter2', '--yes'], 'secret-value'],
  ['a new dependency', [make('alpha')], ['add', 'dependency', 'module:beta', '--yes'], 'missing-module'],
  [
    'a circle',
    [make('alpha'), make('beta', '--dependency', 'module:alpha')],
    ['add', 'dependency', 'module:beta', '--module', 'alpha', '--yes'],
    'circular-dependency',
  ],
  [
    'a new setting with a taken variable',
    [make('doc'), make('doc_search', '--config', 'top_k=5')],
    ['add', 'config', 'search_top_k=5', '--module', 'doc', '--yes'],
    'environment-clash',
  ],
  [
    'a new event of another module',
    [make('alpha'), make('beta')],
    ['add', 'event', 'alpha.completed', '--module', 'beta', '--yes'],
    'event-owner',
  ],
];

describe('a plan with errors that validate would report is refused', () => {
  it.each(kinds)('%s', async (_, before, argv, rule) => {
    for (const one of before) await succeedIn(root, one);
    await refuses(argv, rule);
  });

  it.each(kinds)('also with --dry-run: %s', async (_, before, argv, rule) => {
    for (const one of before) await succeedIn(root, one);
    await refuses([...argv.filter((word) => word !== '--yes'), '--dry-run'], rule);
  });

  it.each(['fastify', 'fastapi'])('for %s', async (stack) => {
    root = await newHost(stack);
    await refuses(make('leaky', '--config', 'password=hunter2', '--config', `api_key=${apiKey}`), 'secret-value');
    await succeedIn(root, make('window'));
    await refuses(make('window_'), 'duplicate-class');
  });

  it('from an answers file', async () => {
    writeFileSync(join(root, 'answers.yaml'), 'name: leaky\nconfig:\n  password: hunter2\n');
    const { err } = await refuses(['new', '--answers', 'answers.yaml', '--yes'], 'secret-value');
    expect(err).not.toContain('hunter2');
  });

  it('from a manifest', async () => {
    await succeedIn(root, make('alpha'));
    edit('alpha', 'configuration:\n', 'configuration:\n  password: hunter2\n');
    const { err } = await refuses(['new', 'beta', '--from', manifestFile('alpha'), '--yes'], 'secret-value');
    expect(err).not.toContain('hunter2');
  });

  it('from prompts', async () => {
    const replies = { Name: 'alpha', Dependencies: 'module:beta' };
    const { err } = await refuses(['new'], 'missing-module', { replies });
    expect(err).not.toContain('to create');
  });

  it('from prompts: a secret, which is masked in the command that repeats them', async () => {
    const replies = {
      Name: 'leaky',
      'Configuration key': ['password', ''],
      'Type of password': 'string',
      'Is password a secret?': false,
      Default: 'hunter2',
    };
    const { err } = await refuses(['new'], 'secret-value', { replies });
    expect(err).toContain('To skip the questions next time, run');
    expect(err).not.toContain('hunter2');
  });

  it.each([
    ['update', '--yes'],
    ['update', '--check'],
  ])('from a manifest that was edited since code was generated: %s %s', async (...argv) => {
    await succeedIn(root, make('alpha'));
    edit('alpha', /^description: .*$/m, 'description: Another.');
    edit('alpha', 'configuration:\n', 'configuration:\n  password: hunter2\n');
    const { err } = await refuses(argv, 'secret-value');
    expect(err).not.toContain('hunter2');
  });

  it('from a newer version of the pack', async () => {
    const host = await hostWithModule();
    root = host.root;
    const meta = 'manifest_changes: [{ version: 1.3.0, add: { api_key: hunter2 } }]\n';
    host.use(packFolder('1.3.0', { meta }));
    const { err } = await refuses(['update', '--yes'], 'secret-value');
    expect(err).not.toContain('hunter2');
  });

  it('in JSON', async () => {
    const { out } = await refuses([...make('leaky', '--config', 'password=hunter2'), '--json'], 'secret-value');
    const { error } = JSON.parse(out);
    expect(error).toMatchObject({ code: 'rules-broken', args: { count: 1, diagnostics: [{ rule: 'secret-value' }] } });
    expect(out).not.toContain('hunter2');
  });

  it('with the position in the planned text', async () => {
    const { err } = await refuses(make('leaky', '--config', 'password=hunter2'), 'secret-value');
    expect(err).toMatch(
      /^modules\/leaky\/manifest\.yaml:\d+:\d+ error configuration\.password is named like a secret/m,
    );
    expect(err).toMatch(/\d+ \| {3}password: •{9}\n/);
  });
});

describe('existing errors are listed and do not stop the command', () => {
  beforeEach(async () => {
    await succeedIn(root, make('alpha'));
    edit('alpha', 'dependencies: []', 'dependencies: ["module:ghost"]');
  });
  const listed = /^Existing errors:\n {2}modules\/alpha\/manifest\.yaml:\d+:\d+ .*\(missing-module\)\n/m;

  it.each([
    ['new', make('beta')],
    ['add to another module', ['add', 'event', 'beta.opened', '--module', 'beta', '--yes']],
    ['add to the module', ['add', 'event', 'alpha.opened', '--module', 'alpha', '--yes']],
    ['update of another module', ['update', 'beta', '--yes']],
    ['update of all modules, if the error does not affect code', ['update', '--yes']],
  ])('%s', async (name, argv) => {
    if (name !== 'new') await succeedIn(root, ['new', 'beta', '--yes']);
    if (name.startsWith('update')) edit('beta', /^description: .*$/m, 'description: Another.');
    expect((await succeedIn(root, argv)).err).toMatch(listed);
  });

  it('in a module whose code was generated with them', async () => {
    setRules('rules: { missing-module: off }\n');
    edit('alpha', /^description: .*$/m, 'description: Another.');
    await succeedIn(root, ['update', '--yes']);
    writeFileSync(
      join(root, 'ai-modules.yaml'),
      readFileSync(join(root, 'ai-modules.yaml'), 'utf8').split('rules:')[0] ?? '',
    );
    edit('alpha', /^description: .*$/m, 'description: A third one.');
    expect((await succeedIn(root, ['update', '--yes'])).err).toMatch(listed);
  });

  it('but further ones are refused', async () => {
    await refuses(make('beta', '--dependency', 'module:ghost'), 'missing-module');
  });

  it('also if a manifest cannot be parsed', async () => {
    writeFileSync(manifestFile('alpha'), 'name: [');
    const { err } = await succeedIn(root, make('beta'));
    expect(err).toMatch(/Existing errors:\n {2}modules\/alpha\/manifest\.yaml.*\(syntax\)/);
  });
});

describe('the rule settings of the host apply', () => {
  const clash = async () => succeedIn(root, make('window'));

  it.each(['rules: { duplicate-class: off }\n', 'ignore: [{ rule: duplicate-class, path: modules }]\n'])(
    '%s',
    async (text) => {
      await clash();
      setRules(text);
      const { err } = await succeedIn(root, make('window_'));
      expect(err).not.toContain('duplicate-class');
    },
  );

  it('a warning is shown and does not stop the command', async () => {
    await clash();
    setRules('rules: { duplicate-class: warning }\n');
    const { err } = await succeedIn(root, make('window_'));
    expect(err).toContain('warning the class name prefix');
    const { out } = await succeedIn(root, [...make('window__'), '--json']);
    expect(JSON.parse(out).diagnostics).toContainEqual(
      expect.objectContaining({ rule: 'duplicate-class', severity: 'warning' }),
    );
  });

  it('a warning becomes an error', async () => {
    await succeedIn(root, make('alpha', '--subscribe', 'file.uploaded'));
    setRules('rules: { unknown-event: error }\n');
    await refuses(make('beta', '--subscribe', 'file.deleted'), 'unknown-event');
  });

  it('also those in comments of manifests', async () => {
    await succeedIn(root, make('alpha'));
    edit('alpha', 'configuration:\n', 'configuration:\n  password: hunter2 # ai-modules-ignore secret-value: a name\n');
    await succeedIn(root, ['update', '--yes']);
    const { err } = await succeedIn(root, ['add', 'event', 'alpha.opened', '--yes', '--diff']);
    expect(err).not.toMatch(/secret-value\)|hunter2/);
  });
});
