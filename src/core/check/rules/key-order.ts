import { ManifestSchema } from '../../manifest/schema.ts';
import type { YamlSource } from '../../text/yaml-source.ts';
import { orderKeys } from '../order-keys.ts';
import type { SourceRule } from '../rule.ts';

const order = Object.keys(ManifestSchema.shape);

export const keyOrder: SourceRule = {
  id: 'key-order',
  kind: 'source',
  severity: 'warning',
  summary: 'the fields stand in another order than in other manifests',
  why: 'One order in all manifests makes them comparable, and branches that add a field merge.',
  suspects(text) {
    const keys = [...text.matchAll(/^(\w+)[ \t]*:/gm)].map(([, key = '']) => key).filter((key) => order.includes(key));
    return keys.length === 0 || /^[?&!*"']/m.test(text) || outOfOrder(keys) !== undefined;
  },
  check(source) {
    const keys = keysOf(source);
    const wrong = outOfOrder(keys);
    if (wrong === undefined) return [];
    const message = `${keys[wrong]} stands behind ${keys[wrong - 1]}`;
    const text = orderKeys(source, order);
    return [
      {
        span: source.spanOf([keys[wrong] as string], 'key'),
        message,
        hint: `The order is ${order.join(', ')}.`,
        ...(text === undefined ? {} : { fix: { from: 0, to: source.text.length, text } }),
      },
    ];
  },
};

function keysOf({ value }: YamlSource): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).filter((key) => order.includes(key));
}

/** Index of the first key that belongs before the one above it. */
function outOfOrder(keys: readonly string[]): number | undefined {
  const found = keys.findIndex(
    (key, index) => index > 0 && order.indexOf(key) < order.indexOf(keys[index - 1] as string),
  );
  return found === -1 ? undefined : found;
}
