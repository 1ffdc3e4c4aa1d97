import { expect, it } from 'vitest';
import type { Host } from '../host/host.ts';
import { under } from '../wire/caller.ts';
import { finish, submit } from '../wire/module-calls.ts';
import { result } from '../wire/shapes.ts';
import type { World } from '../world.ts';

const nested = { b: 'two', a: { x: ['one', { y: 'One two' }], n: 7, t: true, z: null } };

/** Section 6: the offline results of `local`, equal in every stack. */
export function describeLocalProvider(world: World, host: () => Host): void {
  it.each([
    ['hello', { text: 'Hello, hello world!' }, 19, 3, 2, 'hello 2, world 1'],
    ['keys, lists and depth', nested, 13, 4, 2, 'one 2, two 2'],
    ['ties sorted by word', { t: 'b a é z B A 1' }, 13, 7, 5, 'a 2, b 2, 1 1, z 1, é 1'],
    ['code points', { t: '😀 naïve don’t' }, 13, 3, 3, 'don 1, naïve 1, t 1'],
    ['at most five words', { t: 'f e d c b a' }, 11, 6, 6, 'a 1, b 1, c 1, d 1, e 1'],
    ['snake_case as two words', { t: 'snake_case 42x' }, 14, 3, 3, '42x 1, case 1, snake 1'],
    ['words that do not span two strings', { a: 'ab', b: 'cd' }, 4, 2, 2, 'ab 1, cd 1'],
    ['input without strings', { n: 1 }, 0, 0, 0, ''],
  ])('computes %s', async (_, input, characters, words, unique_words, top) => {
    const { subject } = world;
    const caller = world.person(undefined, host());
    const { job_id } = await submit(caller, subject, input);
    await finish(caller, subject, job_id);
    const found = result.parse((await caller.get(under(subject, `/result/${job_id}`))).json);
    const pairs = top === '' ? [] : top.split(', ').map((pair) => pair.split(' '));
    const top_words = pairs.map(([word, count]) => ({ word, count: Number(count) }));
    expect(found.output_data).toEqual({ characters, words, unique_words, top_words });
  });

  it('computes the same result for a large text in slices', async () => {
    const { subject } = world;
    const caller = world.person(undefined, host());
    const text = Array.from({ length: 30_000 }, (_, i) => `w${i % 300}`).join(' ');
    const { job_id } = await submit(caller, subject, { text });
    await finish(caller, subject, job_id);
    const found = result.parse((await caller.get(under(subject, `/result/${job_id}`))).json);
    const wanted = { characters: text.length, words: 30_000, unique_words: 300 };
    expect(found.output_data).toMatchObject(wanted);
    expect(found.output_data.top_words).toEqual(
      ['w0', 'w1', 'w10', 'w100', 'w101'].map((word) => ({ word, count: 100 })),
    );
  });
}
