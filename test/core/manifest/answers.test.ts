import { describe, expect, it } from 'vitest';
import { type AnswerId, answerKinds, readConfigEntry } from '../../../src/core/manifest/answers.ts';

const entries: [entry: string, key: string, value: unknown][] = [
  ['top_k=5', 'top_k', 5],
  ['ratio=0.5', 'ratio', 0.5],
  ['below=-3', 'below', -3],
  ['is_on=true', 'is_on', true],
  ['mode=fast', 'mode', 'fast'],
  ['mode=', 'mode', ''],
  ['mode="5"', 'mode', '5'],
  ['mode=a=b', 'mode', 'a=b'],
  ['mode=007', 'mode', '007'],
  ['mode=1e5', 'mode', 100_000],
  ['mode=True', 'mode', 'True'],
  ['api_key_env=true', 'api_key_env', 'true'],
  ['tags=[a, b]', 'tags', ['a', 'b']],
  ['sizes= [1, 2] ', 'sizes', [1, 2]],
  ['tags=["[", yes]', 'tags', ['[', 'yes']],
  ['pattern=[a-z]+', 'pattern', '[a-z]+'],
  ['pattern="[a-z]"', 'pattern', '[a-z]'],
  ['tags={type: array, items: {type: string}}', 'tags', { type: 'array', items: { type: 'string' } }],
  ['top_k={type: integer, description: Number of pages}', 'top_k', { type: 'integer', description: 'Number of pages' }],
  ['top_k={type: integer, default: 5, minimum: 1}', 'top_k', { type: 'integer', default: 5, minimum: 1 }],
];
it.each(entries)('%s', async (entry, key, value) => expect(await readConfigEntry(entry)).toEqual([key, value]));

it.each([
  ['top_k', 'must be key=value'],
  ['topK=5', 'the key must be snake_case'],
  ['top_k={type: float}', 'type must be one of'],
  ['top_k={tpye: integer}', 'Did you mean type?'],
  ['top_k={type: integer', 'is not valid YAML'],
  ['tags=[a: [b]', 'is not valid YAML; an example is [a, b]'],
  ['tags=[[a]]', 'must be a string, a number or true or false, not a list'],
  ['tags={type: array, items: {type: array}}', 'items.type must be one of string, integer, number, boolean'],
  [`top_k=${'{a: '.repeat(5_000)}`, 'is not valid YAML'],
])('rejects the entry %s', async (entry, reason) => expect(await readConfigEntry(entry)).toContain(reason));

describe('each answer is checked', () => {
  const good: [id: AnswerId, value: string][] = [
    ['name', 'ocr'],
    ['version', '1.0.0-rc.1+build'],
    ['description', 'a "b" \n c'],
    ['author', 'Åsa'],
    ['class_name', 'Ocr'],
    ['endpoints', 'POST /reindex'],
    ['permissions', 'ocr:share'],
    ['emit', 'ocr.indexed'],
    ['subscribe', 'file.uploaded'],
    ['dependencies', '@scope/pkg@^1.2.3'],
    ['dependencies', 'uvicorn[standard]>=0.30,<1'],
    ['dependencies', 'module:ocr'],
    ['cpu', '500m'],
    ['cpu', '0.5'],
    ['memory', '2Gi'],
    ['max_concurrent_jobs', '1000'],
    ['provider', 'openai'],
  ];
  it.each(good)('%s accepts %s', (id, value) => expect(answerKinds[id].check(value)).toBeUndefined());

  const bad: [id: AnswerId, value: string, reason: string][] = [
    ['name', '../x', 'looks like a path'],
    ['version', 'v1', 'semantic version'],
    ['version', '1'.repeat(300), 'more than 200 characters'],
    ['description', ' ', 'is empty'],
    ['author', 'a\u001b[31m', 'control character'],
    ['class_name', 'ocr', 'PascalCase'],
    ['endpoints', '/x y', '"METHOD /path"'],
    ['endpoints', 'GTE /x', 'has the method GTE; the known methods are GET, POST, PUT, PATCH, DELETE'],
    ['endpoints', 'GET x', '"METHOD /path"'],
    ['permissions', 'share', '"namespace:verb"'],
    ['emit', 'Indexed', '"namespace.verb"'],
    ['dependencies', '-g', 'must be a service'],
    ['dependencies', 'x; rm -rf /', 'must be a service'],
    ['dependencies', 'https://example.org/x.tgz', 'must be a service'],
    ['cpu', '0', 'quantity of CPUs'],
    ['memory', '2 GB', 'quantity of bytes'],
    ['max_concurrent_jobs', '0', 'whole number'],
    ['max_concurrent_jobs', '1001', 'whole number'],
    ['provider', 'azure', 'must be one of local, openai'],
  ];
  it.each(bad)('%s rejects %s', (id, value, reason) => expect(answerKinds[id].check(value)).toContain(reason));
});
