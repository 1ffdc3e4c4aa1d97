import { TransientError } from 'ai-module-runtime';
import { testRun } from 'ai-module-runtime/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalProvider } from '../provider.ts';
import { type Options, Output } from '../schemas.ts';

const article =
  'Acme said on 12 March 2026 that it will buy Globex for $2.5 billion. ' +
  'The deal is a wonderful outcome for shareholders! Critics in Berlin fear job losses.';

describe('the local provider', () => {
  const provider = new LocalProvider({ key_sentences: 1 });
  beforeAll(() => provider.connect());
  afterAll(() => provider.close());

  const read = (text: string, options: Options = {}) => provider.run({ text }, testRun(options));

  it('returns what the manifest declares', async () => {
    expect(Output.safeParse(await read(article)).error).toBeUndefined();
  });

  it('finds what a text names', async () => {
    const { entities } = await read(article);
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
  ])('recognizes a %s text', async (label, text) => {
    expect((await read(text)).sentiment.label).toBe(label);
  });

  it('picks as many key sentences as the options or the configuration say', async () => {
    const { key_sentences } = await read(article);
    expect(key_sentences).toHaveLength(1);
    expect(article).toContain(key_sentences[0]);
    expect((await read(article, { key_sentences: 2 })).key_sentences).toHaveLength(2);
  });

  it('counts', async () => {
    const { statistics, readability } = await read('One two. Three!');
    expect(statistics).toEqual({ characters: 15, words: 3, sentences: 2 });
    expect(readability.reading_ease).toEqual(expect.any(Number));
  });

  it('is not ready before it is connected', async () => {
    const closed = new LocalProvider({ key_sentences: 1 });
    expect(await closed.ping()).toBe(false);
    await expect(closed.run({ text: article }, testRun<Options>())).rejects.toThrow(TransientError);
  });
});
