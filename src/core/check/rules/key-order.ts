import { ManifestSchema } from '../../manifest/schema.ts';
import type { YamlSource } from '../../text/yaml-source.ts';
import { orderKeys } from '../order-keys.ts';
import type { SourceRule } from '../rule.ts';

/** In the standard order. */
const fieldNames = Object.keys(ManifestSchema.shape);

export const keyOrder: SourceRule = {
  id: 'key-order',
  kind: 'source',
  severity: 'warning',
  summary: 'the fields are not in the standard order',
  why: 'If all manifests have the same order, they are easy to compare, and branches that add fields merge without conflicts.',
  suspects: (_, plain) => plain === undefined || outOfOrder(plain) !== undefined,
  check(source) {
    const misplaced = outOfOrder(source);
    if (misplaced === undefined) return [];
    const message = `${misplaced.key} belongs before ${misplaced.above}`;
    const text = orderKeys(source, fieldNames);
    return [
      {
        span: source.spanOf([misplaced.key], 'key'),
        message,
        hint: `The standard order is ${fieldNames.join(', ')}.`,
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
