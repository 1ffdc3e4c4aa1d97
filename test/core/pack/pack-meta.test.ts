import { expect, it } from 'vitest';
import { isFailure } from '../../../src/core/failure.ts';
import { parsePackMeta } from '../../../src/core/pack/pack-meta.ts';
import { packYaml } from './make-pack.ts';

it('reads pack.yaml and adds defaults', async () => {
  expect(await parsePackMeta(packYaml, 'tiny')).toMatchObject({
    name: 'tiny',
    version: '1.2.3',
    files: [],
    reserved_names: {},
    host: { modules_dir: 'modules', import_style: 'relative', reserved_names: [] },
    commands: { format: [] },
  });
});

const invalid: [name: string, from: string | RegExp, to: string, want: string][] = [
  ['no YAML', /^/, 'a: [\n', ''],
  ['a list', /^.*$/s, '- a', 'it is not a mapping'],
  ['an empty file', /^.*$/s, '', 'it is not a mapping'],
  ['a name with a path', 'name: tiny', 'name: ../tiny', 'name must be in kebab-case'],
  ['a version with two parts', '1.2.3', '"1.2"', 'version must be three numbers, like 1.0.0'],
  [
    'a version as a number',
    '1.2.3',
    '1.2',
    'version must be a string, not the number 1.2. Write three numbers in quotes',
  ],
  ['no title', 'title: Tiny', '', 'title is missing'],
  ['an unknown question', '[name]', '[name, colour]', 'questions[1] must be one of name, description'],
  ['an unknown key', 'title:', 'colour: red\ntitle:', 'unknown key "colour". Known keys: name, version'],
  ['a misspelt key', 'title: Tiny', 'titel: Tiny', 'unknown key "titel". Did you mean title?'],
  ['a misspelt key inside', 'import_style', 'importstyle', 'unknown key "importstyle". Did you mean import_style?'],
  ['a misspelt key in a list', 'contains:', 'contain:', 'unknown key "contain". Did you mean contains?'],
  ['no evidence', ', evidence: tiny.json names tiny', '', 'host.detect[0].evidence is missing'],
  ['no rules to detect a host', /detect: .*/, 'detect: []', 'host.detect must have at least 1 entry'],
  ['an unknown import style', 'relative', 'absolute', 'host.import_style must be one of relative, verbatim'],
  [
    'a shell line for a command',
    'add: [npm, install]',
    'add: npm install',
    'commands.add must be a list, not a string',
  ],
  ['an empty command', 'verify: []', 'verify: [[]]', 'commands.verify[0] must have at least 1 entry'],
  ['a reserved name without a reason', 'questions:', 'reserved_names: [build]\nquestions:', 'reserved_names must be'],
  [
    'a reserved name that is not a module name',
    'questions:',
    'reserved_names: {site-packages: skipped}\nquestions:',
    'the key "site-packages" is not a valid module name',
  ],
  ['an unknown policy', 'questions:', 'files: [{path: a, policy: kept}]\nquestions:', 'files[0].policy must be one of'],
  [
    'a condition that is a string',
    'questions:',
    'files: [{path: a, when: "x > 1"}]\nquestions:',
    'files[0].when must be a mapping',
  ],
];
it.each(invalid)('rejects %s', async (_, from, to, want) => {
  const text = packYaml.replace(from, to);
  expect(text).not.toBe(packYaml);
  const thrown = await parsePackMeta(text, 'tiny').catch((error: unknown) => error);
  expect(isFailure(thrown, 'pack-invalid') && thrown.message).toContain(`Template pack tiny: pack.yaml: ${want}`);
});
