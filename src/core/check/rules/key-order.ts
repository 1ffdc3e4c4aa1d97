import { fieldNames } from '../../manifest/right-manifest.ts';
import type { YamlSource } from '../../text/yaml-source.ts';
import { orderKeys } from '../order-keys.ts';
import type { SourceRule } from '../rule.ts';

export const keyOrder: SourceRule = {
  id: 'key-order',
  kind: 'source',
  severity: 'warning',
  summary: 'the fields stand in another order than in other manifests',
  why: 'One order in all manifests makes them comparable, and branches that add a field merge.',
  suspects: (_, plain) => plain === undefined || outOfOrder(keysOf(plain)) !== undefined,
  check(source) {
    const keys = keysOf(source);
    const wrong = outOfOrder(keys);
    if (wrong === undefined) return [];
    const message = `${keys[wrong]} stands behind ${keys[wrong - 1]}`;
    const text = orderKeys(source, fieldNames);
    return [
      {
        span: source.spanOf([keys[wrong] as string], 'key'),
        message,
        hint: `The order is ${fieldNames.join(', ')}.`,
        ...(text === undefined ? {} : { fix: { from: 0, to: source.text.length, text } }),
      },
    ];
  },
};

function keysOf({ value }: Pick<YamlSource, 'value'>): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).filter((key) => fieldNames.includes(key));
}

/** Index of the first key that belongs before the one above it. */
function outOfOrder(keys: readonly string[]): number | undefined {
  let last = 0;
  const wrong = keys.findIndex((key) => {
    const place = fieldNames.indexOf(key);
    const isWrong = place < last;
    last = place;
    return isWrong;
  });
  return wrong === -1 ? undefined : wrong;
}
