import { expect, it } from 'vitest';
import { isFailure } from '../../../src/core/failure.ts';
import { parseHostConfig } from '../../../src/core/host/host-config.ts';

const good: [name: string, text: string, want: object][] = [
  ['nothing', '', { imports: {}, host_events: [], rules: {}, ignore: [] }],
  [
    'all of it',
    'stack: fastify\nmodules_dir: src/ai\nimports: {base_module: "@acme/base"}\nhost_events: [user.deleted]\n' +
      'rules: {key-order: off}\nignore: [{rule: class-name, path: src/ai/old}]\n',
    {
      stack: 'fastify',
      modules_dir: 'src/ai',
      imports: { base_module: '@acme/base' },
      host_events: ['user.deleted'],
      rules: { 'key-order': 'off' },
      ignore: [{ rule: 'class-name', path: 'src/ai/old' }],
    },
  ],
];
it.each(good)('accepts %s', async (_, text, want) =>
  expect(await parseHostConfig(text, 'ai-modules.yaml')).toEqual(want),
);

const bad: [name: string, text: string, reason: string][] = [
  ['an unknown key', 'colour: red\n', 'unknown key colour'],
  ['a misspelled key', 'module_dir: x\n', 'did you mean modules_dir?'],
  ['a parent folder', 'modules_dir: ../other\n', 'modules_dir is refused'],
  ['an absolute folder', 'modules_dir: /srv/modules\n', 'modules_dir is refused: it is absolute'],
  ['an empty folder', 'modules_dir: ""\n', 'modules_dir is refused: it is empty'],
  ['a number for a folder', 'modules_dir: 5\n', 'modules_dir'],
  ['a list for a mapping', '- stack\n', 'the file'],
  ['code in an import', "imports: {base_module: \"x'; import('y')\"}\n", 'imports.base_module'],
  ['an unknown severity', 'rules: {class-name: loud}\n', 'rules.class-name'],
  ['invalid YAML', 'stack: [\n', 'ai-modules.yaml: '],
  ['a duplicate key', 'stack: a\nstack: b\n', 'duplicate key'],
];
it.each(bad)('rejects %s', async (_, text, reason) => {
  const thrown = await parseHostConfig(text, 'ai-modules.yaml').catch((error: unknown) => error);
  expect(isFailure(thrown, 'host-invalid') && thrown.message).toContain(reason);
});
