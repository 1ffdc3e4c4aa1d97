import { describe, expect, it } from 'vitest';
import { lockPath, lockText } from '../../../src/core/lock/lock.ts';
import { sameButForLayout } from '../../../src/core/tree/plan.ts';
import type { RelPath } from '../../../src/core/tree/rel-path.ts';

const lock = lockText(
  { name: 'mini', version: '1.2.0' },
  {
    owned: ['README.md', 'manifest.yaml'] as RelPath[],
    moved: [{ from: 'a.ts' as RelPath, to: 'b.ts' as RelPath }],
  },
  'my app',
);
const replaced = (from: string | RegExp, to: string) => {
  const text = lock.replaceAll(from, to);
  if (text === lock) throw new Error(`there is no ${from} in ${lock}`);
  return text;
};

describe('a lock file', () => {
  it.each([
    ['single quotes', replaced('"', "'")],
    ['no quotes', replaced('"', '')],
    ['more indentation', replaced('  - ', '      - ')],
    ['no indentation', replaced('  - ', '- ')],
    ['a list in brackets', replaced(/owned:\n.*\n.*\n/g, 'owned: ["README.md", manifest.yaml]\n')],
    ['a mapping in braces', replaced(/moved:\n.*\n/g, 'moved: { a.ts: "b.ts" }\n')],
    ['blank lines and a document marker', `---\n${replaced('\n', '\n\n')}`],
    ['comments', replaced('owned:', '# once\nowned: # written')],
    ['another order of keys', replaced(/^(lock_version.*\n)(pack: .*\n)/g, '$2$1')],
    ['Windows line endings', replaced('\n', '\r\n')],
    ['a byte order mark', `\ufeff${lock}`],
    ['no final line feed', lock.trimEnd()],
  ])('with %s says the same', (_, text) => {
    for (const path of [lockPath, `src/ai/modules/notes/${lockPath}`])
      expect([sameButForLayout(path, lock, text), sameButForLayout(path, text, lock)]).toEqual([true, true]);
  });

  it.each([
    ['another version', replaced('1.2.0', '1.3.0')],
    ['an added entry', replaced('owned:', 'owned:\n  - "x"')],
    ['another order of entries', replaced(/( {2}- "R.*\n)( {2}- "m.*\n)/g, '$2$1')],
    ['another type', replaced('lock_version: 1', 'lock_version: "1"')],
    ['an added key', `${lock}deleted: ["x"]\n`],
    ['conflict markers', `<<<<<<< a\n${lock}=======\n>>>>>>> b\n`],
    ['the same key twice', `${lock}host: "my app"\n`],
    ['an empty text', ''],
  ])('with %s does not', (_, text) => expect(sameButForLayout(lockPath, lock, text)).toBe(false));
});

describe('the manifest schema', () => {
  const schema = { type: 'object', properties: { name: { type: 'string' }, list: { enum: ['a', 'b'] } } };
  const path = 'src/ai/modules/manifest.schema.json';
  const text = JSON.stringify(schema, null, 2);

  it.each([
    ['four spaces', JSON.stringify(schema, null, 4)],
    ['tabs', JSON.stringify(schema, null, '\t')],
    ['one line', JSON.stringify(schema)],
    ['a byte order mark', `\ufeff${text}`],
    ['Windows line endings', text.replaceAll('\n', '\r\n')],
    ['another order of keys', JSON.stringify({ properties: schema.properties, type: schema.type })],
  ])('with %s says the same', (_, other) => expect(sameButForLayout(path, text, other)).toBe(true));

  it.each([
    ['another value', text.replace('"string"', '"number"')],
    ['another order of values', text.replace(/"a",(\s+)"b"/, '"b",$1"a"')],
    ['a comment', `// mine\n${text}`],
    ['a truncated text', text.slice(0, -1)],
  ])('with %s does not', (_, other) => expect(sameButForLayout(path, text, other)).toBe(false));
});

it.each(['manifest.yaml', 'lock.yaml', '.ai-module/pristine.base', 'package.json', 'my-manifest.schema.json'])(
  '%s is compared as text',
  (path) => expect(sameButForLayout(path, 'a: 1\n', 'a:  1\n')).toBe(false),
);
