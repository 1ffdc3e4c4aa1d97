import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runIn, succeedIn } from '../cli/fake-io.ts';
import { manifestOf, newHost } from '../cli/hosts.ts';
import { expectFailure } from './expect-failure.ts';

const path = 'looks like a path: pass only the name, the host determines the folder';
const start = 'must start with a lower-case letter a to z';
const letters = 'may contain only a to z, 0 to 9 and _';
const keyword = 'is a keyword of Python or TypeScript';
const reserved = 'is reserved: the host uses /list and /health itself';

const names: readonly (readonly [name: string, reason: string])[] = [
  ['../evil', `${path}. Did you mean evil?`],
  ['../../evil', path],
  ['..', path],
  ['a/b', path],
  ['/etc/passwd', `${path}. Did you mean passwd?`],
  ['a\\b', path],
  ['C:evil', start],
  ['my module', `${letters}. Did you mean my_module?`],
  [' alpha', start],
  ['alpha ', letters],
  ['caf\u00e9', `${letters}. Did you mean cafe?`],
  ['\u043c\u043e\u0434\u0443\u043b\u044c', start],
  ['\u6a21\u5757', start],
  ['a\u202eb', letters],
  ['\u{1f642}\u{1f642}', start],
  ['1abc', start],
  ['_abc', start],
  ['Alpha', `${start}. Did you mean alpha?`],
  ['my-module', `${letters}. Did you mean my_module?`],
  ['a.b', letters],
  ['a\nb', letters],
  ['a;id', letters],
  ['$(id)', start],
  ['a`id`', letters],
  ['{{name}}', start],
  ['__proto__', start],
  ['class', `${keyword}. Did you mean class_module?`],
  ['import', keyword],
  ['async', keyword],
  ['lambda', keyword],
  ['constructor', keyword],
  ['arguments', keyword],
  ['list', reserved],
  ['health', reserved],
  ['', 'is empty'],
  ['a', 'is too short: at least 2 characters'],
  ['x'.repeat(300), 'has 300 characters: at most 50'],
];

describe('an invalid name', () => {
  it.each(names)('%j as the argument', async (name, reason) => {
    await expectFailure(await newHost(), ['new', name, '--yes'], { reason: `<name>: ${reason}`, hint: 'Got "' });
  });

  it.each(names.filter(([name]) => name !== ''))('%j in an answers file', async (name, reason) => {
    const root = await newHost();
    writeFileSync(join(root, 'answers.yaml'), `# mine\nname: ${JSON.stringify(name)}\n`);
    await expectFailure(root, ['new', '--answers', 'answers.yaml', '--yes'], {
      reason: `name (answers.yaml:2): ${reason}`,
    });
  });

  it.each(names)('%j in a manifest', async (name, reason) => {
    const root = await newHost();
    const rest = 'version: 1.0.0\ndescription: x\nauthor: x\nclass_name: Alpha\n';
    writeFileSync(join(root, 'given.yaml'), `name: ${JSON.stringify(name)}\n${rest}`);
    await expectFailure(root, ['new', '--from', 'given.yaml', '--yes'], {
      reason: 'given.yaml has 1 error; nothing was written.',
    });
    const { err } = await runIn(root, ['new', '--from', 'given.yaml', '--yes']);
    expect(err).toContain(`given.yaml:1:7 error name ${reason.split('. ')[0]}`);
  });

  it.each(['con', 'nul', 'aux', 'com1'])('%s, which Windows cannot hold', async (name) => {
    await expectFailure(await newHost(), ['new', name, '--yes'], {
      reason: `${name} is a device name on Windows`,
      hint: 'Choose a name that is valid on every operating system.',
    });
  });
});

describe('a name that exists already', () => {
  it.each(['alpha', 'Alpha', 'ALPHA'])('as %s', async (there) => {
    const root = await newHost();
    mkdirSync(join(root, 'modules', there), { recursive: true });
    await expectFailure(root, ['new', 'alpha', '--yes'], {
      reason: `The module alpha already exists in modules/${there}.`,
      hint: 'create-ai-module update alpha',
    });
  });

  it('as a file', async () => {
    const root = await newHost();
    mkdirSync(join(root, 'modules'));
    writeFileSync(join(root, 'modules/alpha'), '');
    await expectFailure(root, ['new', 'alpha', '--yes'], { reason: 'The module alpha already exists' });
  });
});

it.each(['process', 'type', 'match', 'x'.repeat(50), 'a1', 'a_', 'to_string'])('%s is a valid name', async (name) => {
  const root = await newHost();
  await succeedIn(root, ['new', name, '--yes']);
  expect(manifestOf(root, name).name).toBe(name);
});
