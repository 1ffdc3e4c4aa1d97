import { describe, expect, it } from 'vitest';
import { type FakeIoOptions, succeedIn } from './fake-io.ts';
import { manifestOf, newHost } from './hosts.ts';

async function answer(options: FakeIoOptions) {
  const root = await newHost();
  const outcome = await succeedIn(root, ['new'], options);
  return { ...outcome, manifest: manifestOf(root, 'alpha') };
}

describe('configuration keys', () => {
  it.each<[string, Record<string, string | boolean | string[]>, unknown, string[]]>([
    ['a text', { Type: 'string', Default: 'five' }, { type: 'string', default: 'five' }, []],
    ['a text that could be a number', { Type: 'string', Default: '5' }, { type: 'string', default: '5' }, []],
    ['no default', { Type: 'boolean' }, { type: 'boolean' }, []],
    [
      'a switch',
      { Type: 'boolean', Default: ['yes', 'true'] },
      { type: 'boolean', default: true },
      ['It must be true or false.'],
    ],
    [
      'a range',
      { Type: 'integer', Smallest: ['one', '1.5', '1'], Largest: ['0', '9'], Default: ['10', '5'] },
      { type: 'integer', minimum: 1, maximum: 9, default: 5 },
      [
        'It must be a whole number.',
        'It must be a whole number.',
        'configuration.top_k has a minimum above its maximum.',
        'configuration.top_k has the default 10, above its maximum 9.',
      ],
    ],
    ['a number', { Type: 'number', Smallest: '0', Default: '0.5' }, { type: 'number', minimum: 0, default: 0.5 }, []],
    ['a secret', { Type: 'string', 'Is top_k a secret?': true }, { type: 'string', secret: true }, []],
  ])('accept %s', async (_, replies, entry, refused) => {
    const { manifest, refusals } = await answer({
      replies: { Name: 'alpha', 'Configuration key': ['top_k', ''], ...replies },
    });
    expect(manifest.configuration).toMatchObject({ top_k: entry });
    expect(refusals).toEqual(refused);
  });

  it('are asked for one after the other; invalid ones are refused with a reason', async () => {
    const { manifest, refusals } = await answer({
      replies: {
        Name: 'alpha',
        'Configuration key': ['one', 'own_key_env', 'timeout_seconds', 'Two', 'import', ''],
        'Name of the environment variable': ['not a name', 'OWN_KEY'],
        'Timeout of one attempt': ['5000', '60'],
        Type: 'string',
      },
    });
    expect(manifest.configuration).toMatchObject({
      one: { type: 'string' },
      own_key_env: 'OWN_KEY',
      timeout_seconds: 60,
    });
    expect(refusals).toEqual([
      'configuration.own_key_env must be the name of an environment variable, like "MY_API_KEY". A key that ends in _env holds the name of a variable, never the secret itself.',
      'configuration.timeout_seconds has the default 5000, above its maximum 3600.',
      'It must be snake_case: a letter a to z, then a to z, 0 to 9 and _.',
      'It is taken by the language or the host.',
    ]);
  });
});
