import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { commitAll, git, repositoryOf, writeFiles } from '../io/repository.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { newHost, stacks } from './hosts.ts';

const manifest = (version: string, more = '', name = 'ocr') =>
  `name: ${name}\nversion: "${version}"\ndescription: Reads.\nauthor: Ada\nclass_name: OcrModule\n${more}`;
const path = 'modules/ocr/manifest.yaml';
const events = (...names: string[]) => `events_emitted: [${names.join(', ')}]\n`;
const host = { 'ai-modules.yaml': 'stack: fastify\nmodules_dir: modules\n' };

/** A host with a commit, and another manifest in the working tree. */
function changed(before: string, after: string, more: Readonly<Record<string, string>> = {}): string {
  const root = repositoryOf({ ...host, [path]: before });
  writeFiles(root, { [path]: after, ...more });
  return root;
}

const removal = (to: string, more = '') =>
  changed(manifest('1.2.0', events('ocr.a', 'ocr.b')), manifest(to, events('ocr.a') + more));
const addition = (to: string) => changed(manifest('1.2.0', events('ocr.a')), manifest(to, events('ocr.a', 'ocr.b')));
const against = (root: string, ...more: string[]) => runIn(root, ['validate', '--against', 'HEAD', ...more]);

describe('validate --against', () => {
  it.each<[name: string, root: () => string, code: number, text: string]>([
    [
      'a breaking change without a step',
      () => removal('1.2.0'),
      1,
      'breaks subscribers: the event ocr.b was removed (breaking-change)',
    ],
    [
      'a breaking change with a minor step',
      () => removal('1.3.0'),
      1,
      'The version at HEAD is 1.2.0. Set version to 2.0.0 or higher',
    ],
    [
      'a breaking change with a major step',
      () => removal('2.0.0'),
      0,
      'breaking for subscribers: the event ocr.b was removed',
    ],
    ['a compatible change with a patch step', () => addition('1.2.1'), 1, 'Set version to 1.3.0 or higher.'],
    [
      'a compatible change with a minor step',
      () => addition('1.3.0'),
      0,
      'ocr 1.2.0 → 1.3.0 since HEAD: 1 compatible change',
    ],
    [
      'a lower version',
      () => changed(manifest('1.2.0'), manifest('1.1.0')),
      1,
      'version 1.1.0 is lower than 1.2.0, the version at HEAD',
    ],
    [
      'another description',
      () => changed(manifest('1.2.0'), manifest('1.2.0').replace('Reads.', 'Sees.')),
      0,
      '1 manifest valid',
    ],
    ['a new module', () => repositoryOf(host), 0, 'ocr 1.0.0: a new module since HEAD'],
  ])('%s', async (_, root, code, text) => {
    const dir = root();
    if (text.includes('a new module')) writeFiles(dir, { [path]: manifest('1.0.0') });
    const outcome = await against(dir);
    expect(outcome.out).toContain(text);
    expect([outcome.code, outcome.err]).toEqual([code, '']);
  });

  it('warns of a removed module, and of what it cannot compare', async () => {
    const root = changed(manifest('1.2.0', 'endpoints: [FETCH /a]\n'), manifest('1.2.0'));
    writeFiles(root, { 'modules/asr/manifest.yaml': manifest('1.0.0', '', 'asr').replace('Ocr', 'Asr') });
    git(root, 'add', 'modules/asr');
    git(root, 'commit', '--quiet', '-m', 'Asr');
    git(root, 'rm', '--quiet', '-r', '-f', 'modules/asr');
    const { code, out } = await against(root);
    expect(out).toContain('modules/asr/manifest.yaml warning the module asr was removed since HEAD (removed-module)');
    expect(out).toContain('at HEAD, endpoints is not valid, and cannot be compared (not-compared)');
    expect(code).toBe(0);
    expect((await against(root, '--strict')).code).toBe(1);
  });

  it('gives way to ignores and settings, and finds those that do nothing', async () => {
    const ignore = '# ai-modules-ignore breaking-change: nobody handled it\n';
    const root = changed(manifest('1.2.0', events('ocr.a', 'ocr.b')), manifest('1.2.0', ignore + events('ocr.a')));
    expect((await against(root)).out).not.toContain('breaking-change)');
    expect((await runIn(root, ['validate'])).out).not.toContain('unused-ignore');
    writeFiles(root, { [path]: manifest('1.2.0', ignore + events('ocr.a', 'ocr.b')) });
    expect((await against(root)).out).toContain('unused-ignore');
    const off = addition('1.2.0');
    writeFileSync(join(off, 'ai-modules.yaml'), `${host['ai-modules.yaml']}rules: { compatible-change: off }\n`);
    expect((await against(off)).code).toBe(0);
  });

  it('hides secrets of both sides', async () => {
    const key = (letter: string) => `sk-${`${letter}1B2`.repeat(8)}`;
    const setting = (letter: string) => `configuration: { token: ${key(letter)} }\n`;
    const root = changed(manifest('1.2.0', setting('a')), manifest('1.2.0', setting('c')));
    for (const format of ['pretty', 'json', 'sarif', 'junit', 'github']) {
      const { out } = await against(root, '--format', format);
      expect(out).toContain('compatible-change');
      expect(out).not.toMatch(/sk-[ac]1B2/);
    }
  });

  it.each<[args: string[], text: string]>([
    [['--fix'], '--against cannot be combined with --fix.'],
    [['-'], '--against cannot be combined with standard input.'],
  ])('is refused with %s', async (args, text) => {
    const { code, err } = await against(removal('1.2.0'), ...args);
    expect(err).toContain(text);
    expect(code).toBe(2);
  });

  it.each([
    ['', '--against must be a git ref'],
    ['--all', '--against must be a git ref'],
    ['nope', 'The modules cannot be compared with nope: there is no commit nope.'],
  ])('refuses the ref %j', async (ref, text) => {
    const { code, err, out } = await runIn(removal('1.2.0'), ['validate', `--against=${ref}`]);
    expect(err).toContain(text);
    expect([code, out]).toEqual([2, '']);
  });
});

describe('the formats of validate --against', () => {
  it('json matches its published schema', async () => {
    const { out } = await against(removal('1.3.0'), '--json');
    const report = JSON.parse(out);
    const schema = new URL('../../docs/schema/diagnostics.schema.json', import.meta.url);
    const validate = new Ajv({ allErrors: true }).compile(JSON.parse(readFileSync(schema, 'utf8')));
    expect(validate(report) || validate.errors).toBe(true);
    expect(report.against).toEqual({
      ref: 'HEAD',
      modules: [
        {
          name: 'ocr',
          file: path,
          status: 'compared',
          from: '1.2.0',
          to: '1.3.0',
          needed: '2.0.0',
          changes: [
            {
              kind: 'event-removed',
              verdict: 'breaking',
              affects: ['subscribers'],
              text: 'the event ocr.b was removed',
            },
          ],
        },
      ],
    });
    expect(report.diagnostics[0].range.start).toEqual({ line: 6, column: 1 });
  });

  it('github, sarif and junit have the change and its line', async () => {
    const root = removal('1.3.0');
    expect((await against(root, '--format', 'github')).out).toContain(
      `::error file=${path},line=6,endLine=6,col=1,endColumn=15,title=breaking-change::breaks subscribers`,
    );
    const [run] = JSON.parse((await against(root, '--format', 'sarif')).out).runs;
    expect([run.results[0].ruleId, run.tool.driver.rules[0].id]).toEqual(['breaking-change', 'breaking-change']);
    expect(run.results[0].locations[0].physicalLocation.region.startLine).toBe(6);
    expect((await against(root, '--format', 'junit')).out).toContain('name="breaking-change 6:1"><failure');
  });
});

it('docs/versions.md shows what it prints', async () => {
  const endpoints = (list: string) => `endpoints: [${list}]\npermissions_required: [ocr:create, ocr:read]\n`;
  const before = manifest('1.2.0', endpoints('"POST /process", "GET /pages/{page}"'));
  const root = changed(before, manifest('1.3.0', endpoints('"POST /process"')));
  git(root, 'update-ref', 'refs/remotes/origin/main', 'HEAD');
  const { out } = await runIn(root, ['validate', '--against', 'origin/main']);
  const page = readFileSync(new URL('../../docs/versions.md', import.meta.url), 'utf8');
  expect(/^```text\n(.*?)^```$/ms.exec(page)?.[1]).toBe(out);
});

it('compares all hosts of a repository', async () => {
  const module = (version: string) => manifest(version, events('ocr.a'));
  const files = (version: string) =>
    Object.fromEntries(
      ['one', 'two'].flatMap((name) => [
        [`${name}/ai-modules.yaml`, host['ai-modules.yaml']],
        [`${name}/${path}`, module(version)],
      ]),
    );
  const root = repositoryOf(files('1.2.0'));
  writeFiles(root, files('1.1.0'));
  const { code, out } = await against(root, '--all', '--json');
  expect(
    JSON.parse(out).diagnostics.map(({ file, rule }: { file: string; rule: string }) => `${file} ${rule}`),
  ).toEqual([`one/${path} lower-version`, `two/${path} lower-version`]);
  expect(code).toBe(1);
});

describe.each(stacks)('a module of %s', (stack) => {
  it('is compared with its first commit after add', async () => {
    const root = await newHost(stack);
    await succeedIn(root, ['new', 'ocr', '--yes']);
    git(root, 'init', '--quiet');
    commitAll(root);
    expect((await against(root, '--no-code')).code).toBe(0);
    await succeedIn(root, ['add', 'config', 'top_k=5', '--module', 'ocr', '--yes']);
    const { code, out } = await against(root, '--no-code');
    expect(out).toContain(
      'compatible for operators: the setting top_k was added, with the default 5 (compatible-change)',
    );
    expect(code).toBe(1);
  });
});
