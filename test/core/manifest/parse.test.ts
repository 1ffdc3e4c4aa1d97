import { describe, expect, it } from 'vitest';
import { parseManifest, readManifest } from '../../../src/core/manifest/parse.ts';
import { goodText } from './good-manifest.ts';

const reported = async (text: string) =>
  (await parseManifest(text, 'manifest.yaml')).diagnostics.map(
    ({ range, message, hint }) =>
      `${range?.start.line}:${range?.start.column} ${message}${hint === undefined ? '' : ` | ${hint}`}`,
  );

it('accepts a valid manifest and adds defaults', async () => {
  const parsed = await parseManifest(goodText({ dependencies: '', resources: '', configuration: '' }), 'm');
  expect(parsed.ok && parsed.manifest).toMatchObject({
    name: 'document_search',
    dependencies: [],
    resources: { cpu: '1', memory: '512Mi', max_concurrent_jobs: 10 },
    configuration: {},
  });
});

const invalid: [name: string, changes: Record<string, string>, want: string[]][] = [
  ['an unknown key', { zzz: 'colour: red' }, ['13:1 unknown key "colour" | Known keys: name, version,']],
  [
    'a misspelt key',
    { dependencies: 'dependancies: []' },
    ['6:1 unknown key "dependancies" | Did you mean dependencies?'],
  ],
  [
    'a misspelt required key, reported once',
    { version: 'verison: "1.0.0"' },
    ['2:1 unknown key "verison" | Did you mean version?'],
  ],
  [
    'a required key missing, and the same word elsewhere',
    { version: '', resources: 'resources: {verison: 1}' },
    [
      '1:1 version is missing | Add version.',
      '10:13 unknown key "verison" | Known keys: cpu, memory, max_concurrent_jobs.',
    ],
  ],
  ['two keys missing', { name: '', author: '' }, ['1:1 name is missing', '1:1 author is missing']],
  [
    'a number for a version',
    { version: 'version: 1.0' },
    ['2:10 version must be a string, not the number 1 | Write three numbers in quotes'],
  ],
  ['half a version', { version: 'version: "1.0"' }, ['2:10 version must be a semantic version']],
  ['a date for a version', { version: 'version: 2026-11-23' }, ['2:10 version must be a semantic version']],
  ['an empty name', { name: 'name:' }, ['1:6 name must be a string, not empty']],
  ['a path for a name', { name: 'name: ../x' }, ['1:7 name looks like a path']],
  ['a keyword for a name', { name: 'name: class' }, ['1:7 name is a keyword']],
  ['an empty description', { description: 'description: " "' }, ['3:14 description is empty']],
  ['an invisible description', { description: 'description: "\\u200b\\u202e"' }, ['3:14 description is empty']],
  [
    'a control character',
    { description: 'description: "a\\u0007b"' },
    ['3:14 description contains a control character'],
  ],
  ['an unpaired surrogate', { author: 'author: "a\\ud83d"' }, ['4:9 author contains a control character']],
  ['a long author', { author: `author: ${'x'.repeat(201)}` }, ['4:9 author has 201 characters: at most 200']],
  ['a class name in snake case', { class_name: 'class_name: document_search' }, ['5:13 class_name must be PascalCase']],
  ['a class name that is taken', { class_name: 'class_name: Promise' }, ['5:13 class_name is taken']],
  ['a text for a list', { dependencies: 'dependencies: redis' }, ['6:15 dependencies must be a list, not a string']],
  [
    'a mapping for a list',
    { dependencies: 'dependencies: {redis: 1}' },
    ['6:15 dependencies must be a list, not a mapping'],
  ],
  [
    'a number in a list',
    { dependencies: 'dependencies: [redis, 5]' },
    ['6:23 dependencies[1] must be a string, not the number 5 | Put it in quotes.'],
  ],
  [
    'a bad dependency',
    { dependencies: 'dependencies:\n  - redis\n  - "module:"' },
    ['8:5 dependencies[1] must be a service'],
  ],
  [
    'a flag for a dependency',
    { dependencies: 'dependencies: ["--registry=x"]' },
    ['6:16 dependencies[0] must be a service'],
  ],
  ['an endpoint without a slash', { endpoints: 'endpoints: [process]' }, ['7:13 endpoints[0] must be "METHOD /path"']],
  ['an unknown method', { endpoints: 'endpoints: [FETCH /x]' }, ['7:13 endpoints[0] has the method FETCH; the known']],
  ['a parameter twice', { endpoints: 'endpoints: ["/a/{x}/{x}"]' }, ['7:13 endpoints[0] names a parameter twice']],
  ['a keyword as parameter', { endpoints: 'endpoints: ["/a/{class}"]' }, ['7:13 endpoints[0] has the parameter class']],
  [
    'a path out of the module',
    { endpoints: 'endpoints: ["GET /a/../../b"]' },
    ['7:13 endpoints[0] has a segment . or ..'],
  ],
  ['a long endpoint', { endpoints: `endpoints: [/${'x'.repeat(200)}]` }, ['7:13 endpoints[0] has more than 200']],
  [
    'a permission with a dot',
    { permissions_required: 'permissions_required: [a.b]' },
    ['8:24 permissions_required[0] must be "namespace:verb"'],
  ],
  [
    'an event with a colon',
    { events_emitted: 'events_emitted: ["a:b"]' },
    ['9:18 events_emitted[0] must be "namespace.verb"'],
  ],
  [
    'a long list',
    { events_emitted: `events_emitted: [${Array.from({ length: 201 }, (_, i) => `a.b${i}`)}]` },
    ['9:17 events_emitted must have at most 200 entries'],
  ],
  ['words for CPUs', { resources: 'resources: {cpu: fast}' }, ['11:18 resources.cpu must be a quantity of CPUs']],
  ['no CPU', { resources: 'resources: {cpu: "0"}' }, ['11:18 resources.cpu must be a quantity of CPUs']],
  [
    'a list for CPUs',
    { resources: 'resources: {cpu: []}' },
    ['11:18 resources.cpu must be a string or a number, not a list'],
  ],
  ['a wrong unit', { resources: 'resources: {memory: 2GB}' }, ['11:21 resources.memory must be a quantity of bytes']],
  [
    'no jobs',
    { resources: 'resources: {max_concurrent_jobs: 0}' },
    ['11:34 resources.max_concurrent_jobs must be at least 1'],
  ],
  [
    'half a job',
    { resources: 'resources: {max_concurrent_jobs: 1.5}' },
    ['11:34 resources.max_concurrent_jobs must be a whole number'],
  ],
  ['a misspelt resource', { resources: 'resources: {cpus: "1"}' }, ['11:13 unknown key "cpus" | Did you mean cpu?']],
  ['a list for a mapping', { resources: 'resources: [cpu]' }, ['11:12 resources must be a mapping, not a list']],
  ['a key in camel case', { configuration: 'configuration: {topK: 5}' }, ['12:17 the key "topK" must be snake_case']],
  ['a key that is a keyword', { configuration: 'configuration: {lambda: 5}' }, ['12:17 the key "lambda" is taken']],
  [
    'a key of the base class',
    { configuration: 'configuration: {model_dump: 5}' },
    ['12:17 the key "model_dump" is taken'],
  ],
  [
    'a setting without a value',
    { configuration: 'configuration: {top_k: }' },
    ['12:24 configuration.top_k must be a string, a number, true or false, a list or a mapping, not empty'],
  ],
  [
    'an unknown type',
    { configuration: 'configuration: {top_k: {type: float}}' },
    ['12:31 configuration.top_k.type must be one of string, integer, number, boolean, array'],
  ],
  [
    'a misspelt type, reported once',
    { configuration: 'configuration: {top_k: {tpye: integer}}' },
    ['12:25 unknown key "tpye" | Did you mean type?'],
  ],
  ['no type', { configuration: 'configuration: {top_k: {default: 5}}' }, ['12:24 configuration.top_k.type is missing']],
  [
    'an empty enum',
    { configuration: 'configuration: {mode: {type: string, enum: []}}' },
    ['12:44 configuration.mode.enum must have at least 1 entry'],
  ],
  [
    'an unpaired surrogate in a value',
    { configuration: 'configuration: {a: "\\ud83d"}' },
    ['12:20 configuration.a contains an unpaired surrogate'],
  ],
  [
    'a value without end',
    { configuration: `configuration: {a: ${'x'.repeat(10_001)}}` },
    ['12:20 configuration.a has 10001 characters'],
  ],
  [
    'a prototype',
    { configuration: 'configuration: {__proto__: {type: string}}' },
    ['12:17 the key __proto__ is not allowed'],
  ],
  [
    'keys of every object',
    { zz: 'constructor: 1', zzz: 'toString: 1' },
    ['13:1 unknown key "constructor"', '14:1 unknown key "toString"'],
  ],
  [
    'an entry that contradicts another',
    { permissions_required: 'permissions_required: []' },
    ['7:13 POST /process requires', '7:23 GET /status/{job_id} requires'],
  ],
];
it.each(invalid)('reports %s at its position', async (_, changes, want) => {
  const lines = await reported(goodText(changes));
  expect(lines).toHaveLength(want.length);
  for (const [index, line] of want.entries()) expect(lines[index]).toContain(line);
});

const wholes: [name: string, text: string, want: string][] = [
  ['an empty text', '', '1:1 the manifest must be a mapping, not empty'],
  ['only comments', '# later\n', '1:1 the manifest must be a mapping, not empty'],
  ['a list', '- name\n', '1:1 the manifest must be a mapping, not a list'],
  ['a text', 'hello\n', '1:1 the manifest must be a mapping, not a string'],
  ['a number', '5\n', '1:1 the manifest must be a mapping, not the number 5'],
  ['a duplicate key', 'name: a\nname: b\n', '2:1 duplicate key name'],
  ['Windows line endings', goodText({ name: 'name: 5' }).replaceAll('\n', '\r\n'), '1:7 name must be a string'],
  ['a byte order mark', `\ufeff${goodText({ name: 'name: 5' })}`, '1:7 name must be a string'],
];
it.each(wholes)('reports %s', async (_, text, want) => expect((await reported(text))[0]).toContain(want));

it('accepts Windows line endings and a byte order mark', async () => {
  expect((await parseManifest(`\ufeff${goodText().replaceAll('\n', '\r\n')}`, 'm')).ok).toBe(true);
});

describe('attacks', () => {
  const attacks: [name: string, text: string][] = [
    ['many unknown keys', goodText({ z: Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join('\n') })],
    ['a list of many wrong entries', goodText({ dependencies: `dependencies: [${Array(20_000).fill('"!"')}]` })],
    ['a dependency made to be slow', goodText({ dependencies: `dependencies: ["a${'<'.repeat(100_000)} "]` })],
    ['a version made to be slow', goodText({ version: `version: "1.0.0-${'1'.repeat(100_000)}!"` })],
    ['an endpoint made to be slow', goodText({ endpoints: `endpoints: ["${'/a'.repeat(50_000)}!"]` })],
    ['brackets without end', `name: ${'['.repeat(50_000)}`],
  ];
  it.each(attacks)('%s end in time, with at most 50 diagnostics', async (_, text) => {
    const { ok, diagnostics } = await parseManifest(text, 'm');
    expect(ok).toBe(false);
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(diagnostics.length).toBeLessThanOrEqual(50);
  });
});

it('readManifest gives the same result without positions', async () => {
  expect((await readManifest(goodText())).manifest?.name).toBe('document_search');
  expect((await readManifest(goodText({ name: 'name: 5' }))).problems).toHaveLength(1);
  await expect(readManifest('a: [')).rejects.toThrow();
});
