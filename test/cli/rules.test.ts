import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/core/diagnostic.ts';
import { rules } from '../../src/core/lint/rules.ts';
import { repositoryBetween } from '../io/repository.ts';
import { runIn } from './fake-io.ts';

const fixtures = fileURLToPath(new URL('../fixtures/rules/', import.meta.url));
const sources = fileURLToPath(new URL('../../src/core/lint/rules/', import.meta.url));
const ids = rules.map(({ id }) => id);

/**
 * `file:line:column-line:column rule`, one line per diagnostic. A fixture with a host is checked as a whole; one with a folder
 * `before` is compared with a commit of it.
 */
async function diagnosticsIn(folder: string): Promise<string[]> {
  const before = join(folder, '../before');
  const paths = existsSync(join(folder, 'ai-modules.yaml')) ? [] : ['.'];
  const [root, against] = existsSync(before)
    ? [repositoryBetween(before, folder), ['--against', 'HEAD']]
    : [folder, []];
  const { out, err } = await runIn(root, ['validate', ...paths, ...against, '--format', 'json']);
  expect(err).toBe('');
  const { diagnostics } = JSON.parse(out) as { diagnostics: readonly Diagnostic[] };
  return diagnostics.map(({ file, range, rule }) => {
    const place = range && `:${range.start.line}:${range.start.column}-${range.end.line}:${range.end.column}`;
    return `${file}${place ?? ''} ${rule}`;
  });
}

it('every rule is in the list, once', () => {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const declared = files.flatMap((name) =>
    [...readFileSync(join(sources, name), 'utf8').matchAll(/^ {2,6}id: '([a-z-]+)',$/gm)].map(([, id]) => id),
  );
  expect(declared.sort()).toEqual([...ids].sort());
});

it('every rule has fixtures, and every fixture has a rule', () => {
  expect(readdirSync(fixtures).sort()).toEqual([...ids].sort());
});

describe.each(ids)('%s', (id) => {
  it('reports nothing for ok', async () => expect(await diagnosticsIn(join(fixtures, id, 'ok'))).toEqual([]));

  it('reports for bad what expected.txt lists', async () => {
    const expected = readFileSync(join(fixtures, id, 'bad/expected.txt'), 'utf8')
      .trimEnd()
      .split('\n');
    expect(expected.some((line) => line.endsWith(` ${id}`))).toBe(true);
    expect(await diagnosticsIn(join(fixtures, id, 'bad'))).toEqual(expected);
  });
});
