import { TransientError } from 'ai-module-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Config } from '../config.ts';
import { LocalProvider } from '../provider.ts';

const article =
  'Acme said on 12 March 2026 that it will buy Globex for $2.5 billion. ' +
  'The deal is a wonderful outcome for shareholders! Critics in Berlin fear job losses.';

describe('the local provider', () => {
  const provider = new LocalProvider(Config.parse({ key_sentences: 1 }));
  beforeAll(() => provider.connect());
  afterAll(() => provider.close());

  const read = async (input: Record<string, string>) => (await provider.process(input)).data;

  it('finds what a text names', async () => {
    const { entities } = await read({ article });
    expect(entities).toEqual(
      expect.arrayContaining([
        { type: 'DATE', value: '12 March 2026' },
        { type: 'MONEY', value: '$2.5 billion' },
      ]),
    );
  });

  it.each([
    ['positive', 'What a wonderful, happy day. I love it!'],
    ['negative', 'A terrible, sad failure. I hate it.'],
    ['neutral', 'The meeting is on Monday.'],
  ])('hears that a text is %s', async (label, text) => {
    expect(await read({ text })).toMatchObject({ sentiment: { label } });
  });

  it('picks as many key sentences as it is told', async () => {
    const { key_sentences } = await read({ article });
    expect(key_sentences).toHaveLength(1);
    expect(article).toContain((key_sentences as string[])[0]);
  });

  it('says how hard a text is to read, and how long it takes', async () => {
    const { readability } = await read({ article });
    expect(readability).toEqual({ reading_ease: expect.any(Number), reading_seconds: expect.any(Number) });
  });

  it('is not ready before it is connected', async () => {
    const closed = new LocalProvider(Config.parse({}));
    expect(await closed.ping()).toBe(false);
    await expect(closed.process({ article })).rejects.toThrow(TransientError);
  });
});
