import { describe, expect, it } from 'vitest';
import { succeedIn } from './fake-io.ts';
import { manifestOf, newHost } from './hosts.ts';

async function manifestFrom(argv: readonly string[]) {
  const root = await newHost();
  await succeedIn(root, ['new', ...argv, '--yes']);
  return manifestOf(root, 'alpha');
}

describe('--config', () => {
  it.each<[string, unknown]>([
    ['top_k=5', 5],
    ['top_k=-0.5', -0.5],
    ['top_k=1e-7', 1e-7],
    ['deep=true', true],
    ['language=en', 'en'],
    ['language="5"', '5'],
    ['language="a \\"quoted\\" word"', 'a "quoted" word'],
    ['language=', ''],
    ['language=a=b', 'a=b'],
    ['own_key_env=MY_KEY', 'MY_KEY'],
    [
      'top_k={type: integer, default: 5, minimum: 1, maximum: 9}',
      { type: 'integer', default: 5, minimum: 1, maximum: 9 },
    ],
    ['token={type: string, secret: true}', { type: 'string', secret: true }],
  ])('%s', async (entry, value) => {
    const { configuration } = await manifestFrom(['alpha', '--config', entry]);
    expect((configuration as Record<string, unknown>)[entry.slice(0, entry.indexOf('='))]).toEqual(value);
  });

  it('--provider sets the setting provider', async () => {
    expect(await manifestFrom(['alpha', '--provider', 'openai'])).toMatchObject({
      configuration: { provider: 'openai' },
    });
  });
});
