import { ManifestSchema } from '../../manifest/schema.ts';
import type { YamlSource } from '../../text/yaml-source.ts';
import { orderKeys } from '../order-keys.ts';
import type { SourceRule } from '../rule.ts';

/** In the order in which manifests have them. */
const fieldNames = Object.keys(ManifestSchema.shape);

export const keyOrder: SourceRule = {
  id: 'key-order',
  kind: 'source',
  severity: 'warning',
  summary: 'the fields stand in another order than in other manifests',
  why: 'One order in all manifests makes them comparable, and branches that add a field merge.',
  suspects: (_, plain) => plain === undefined || outOfOrder(plain) !== undefined,
  check(source) {
    const wrong = outOfOrder(source);
    if (wrong === undefined) return [];
    const message = `${wrong.key} stands behind ${wrong.above}`;
    const text = orderKeys(source, fieldNames);
    return [
      {
        span: source.spanOf([wrong.key], 'key'),
        message,
        hint: `The order is ${fieldNames.join(', ')}.`,
        ...(text === undefined ? {} : { fix: { from: 0, to: source.text.length, text } }),
      },
    ];
  },
};

/** The first field that belongs before the one above it. */
function outOfOrder({
  value,
}: Pick<YamlSource, 'value'>): { readonly key: string; readonly above: string } | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  let last = 0;
  for (const key of Object.keys(value)) {
    const place = fieldNames.indexOf(key);
    if (place === -1) continue;
    if (place < last) return { key, above: fieldNames[last] as string };
    last = place;
  }
  return undefined;
}
