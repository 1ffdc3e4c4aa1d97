import { mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { mini, newHost } from './hosts.ts';

let root: string;
let link: string;
const outside = tempFolder();

beforeAll(async () => {
  root = realpathSync(await newHost());
  for (const name of ['text_insights', 'text_search', 'notes'])
    await succeedIn(root, ['new', name, '--author', 'Ada', '--yes']);
  mkdirSync(join(root, 'docs'));
  mkdirSync(join(root, 'modules/notes/deep/er'), { recursive: true });
  link = join(outside, 'link');
  symlinkSync(root, link);
});

/** The working directory, and the argument for the module text_insights. */
const ways: [place: () => string, given: () => string][] = [
  [() => root, () => 'text_insights'],
  [() => root, () => 'modules/text_insights'],
  [() => root, () => './modules/text_insights/'],
  [() => root, () => 'modules/text_insights/manifest.yaml'],
  [() => root, () => join(root, 'modules/text_insights')],
  [() => join(root, 'docs'), () => 'text_insights'],
  [() => join(root, 'docs'), () => '../modules/text_insights'],
  [() => join(root, 'modules'), () => 'text_insights'],
  [() => join(root, 'modules'), () => './text_insights/manifest.yaml'],
  [() => join(root, 'modules/text_insights'), () => '.'],
  [() => join(root, 'modules/text_insights'), () => 'manifest.yaml'],
  [() => join(root, 'modules/text_insights'), () => 'text_insights'],
  [() => join(root, 'modules/notes/deep/er'), () => '../../../text_insights'],
  [() => join(root, 'modules/notes/deep/er'), () => 'text_insights'],
  [() => outside, () => join(root, 'modules/text_insights')],
  [() => outside, () => 'link/modules/text_insights'],
  [() => root, () => join(link, 'modules/text_insights')],
];

/** The names of the modules in a command's JSON. */
async function modulesOf(cwd: string, argv: readonly string[]): Promise<string[]> {
  const { modules } = JSON.parse((await succeedIn(cwd, [...argv, '--json'])).out) as { modules: { name: string }[] };
  return modules.map(({ name }) => name);
}

describe.each(ways)('a module given by name or path (%#)', (place, given) => {
  it.each(['update', 'status', 'adopt'])('%s', async (command) => {
    expect(await modulesOf(place(), [command, given()])).toEqual(['text_insights']);
  });

  it('add --module', async () => {
    const argv = ['add', 'event', 'text_insights.archived', '--module', given()];
    expect(await modulesOf(place(), argv)).toEqual(['text_insights']);
  });

  it('diff', async () => {
    const { out } = await succeedIn(place(), ['diff', given()]);
    expect(out).toBe('');
  });

  it('validate', async () => {
    const { files } = JSON.parse((await succeedIn(place(), ['validate', given(), '--json'])).out);
    expect(files).toEqual([expect.stringMatching(/^(.*text_insights\/)?manifest\.yaml$/)]);
    expect(realpathSync(join(place(), files[0]))).toBe(join(root, 'modules/text_insights/manifest.yaml'));
  });
});

describe('a folder that holds all modules', () => {
  const all = ['notes', 'text_insights', 'text_search'];

  it.each(['modules', '.', './modules'])('%s', async (given) => {
    for (const command of ['update', 'status', 'adopt']) expect(await modulesOf(root, [command, given])).toEqual(all);
  });

  it('is ambiguous for add', async () => {
    const { code, err } = await runIn(root, ['add', 'event', 'a.b', '--module', 'modules', '--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining('has several modules, and none was chosen.')]);
  });
});

it('prefers a name to a path of the same name', async () => {
  mkdirSync(join(root, 'notes'), { recursive: true });
  expect(await modulesOf(root, ['status', 'notes'])).toEqual(['notes']);
});

it('removes duplicates', async () => {
  const given = ['notes', './modules/notes', 'modules/text_search/manifest.yaml'];
  expect(await modulesOf(root, ['status', ...given])).toEqual(['notes', 'text_search']);
});

describe('an argument that is not a module', () => {
  const commands = [['update'], ['status'], ['diff'], ['adopt'], ['add', 'event', 'a.b', '--module']];

  it.each<[string, string]>([
    ['text_insight', 'Did you mean text_insights?'],
    ['text_', 'Did you mean text_insights or text_search?'],
    ['modules/text_serch/manifest.yaml', 'Did you mean text_search?'],
    ['unlike', 'Available modules: notes, text_insights, text_search.'],
    ['docs', 'Available modules: notes, text_insights, text_search.'],
  ])('%s', async (given, hint) => {
    const before = snapshot(root);
    for (const argv of [...commands, ...(/^\w+$/.test(given) && given !== 'docs' ? [['validate']] : [])]) {
      const { code, err } = await runIn(root, [...argv, given]);
      expect([code, err], argv.join(' ')).toEqual([2, expect.stringContaining(`There is no module ${given} in `)]);
      expect(err).toContain(hint);
      expect(err.match(/^error /gm)).toHaveLength(1);
    }
    expect(snapshot(root)).toEqual(before);
  });

  it('an empty argument is refused: it does not mean all modules', async () => {
    for (const argv of [...commands, ['validate']]) {
      const { code, err } = await runIn(root, [...argv, '']);
      expect([code, err], argv.join(' ')).toEqual([2, expect.stringContaining('empty')]);
    }
  });

  it('validate reports a missing path, and a word outside a host, as missing', async () => {
    for (const [cwd, given] of [
      [root, 'modules/unlike'],
      [outside, 'unlike'],
    ] as const) {
      const { code, err } = await runIn(cwd, ['validate', given]);
      expect([code, err]).toEqual([2, expect.stringContaining(`${given} cannot be read: it does not exist`)]);
    }
  });

  it('validate --host finds names in that host', async () => {
    const { out } = await succeedIn(outside, ['validate', 'notes', '--host', root]);
    expect(out).toContain('1 manifest valid');
  });

  it('--stack is relative to the working directory, not to the host', async () => {
    const argv = ['status', 'notes', '--host', root, '--stack', relative(outside, mini)];
    expect((await succeedIn(outside, argv)).out).toContain('notes');
  });

  it('refuses a path outside any host', async () => {
    const { code, err } = await runIn(root, ['update', outside]);
    expect([code, err]).toEqual([2, expect.stringContaining(`No host application was found in ${outside}`)]);
  });
});
