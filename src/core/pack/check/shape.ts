import { markedText } from './samples.ts';

/** What names templates may use at a place of the context, from the values of samples. */
export type Shape =
  /** A value that no sample has, or that has different kinds: everything is allowed. */
  | { readonly kind: 'any' }
  | { readonly kind: 'value'; readonly isRawText: boolean }
  | { readonly kind: 'object'; readonly keys: ReadonlyMap<string, Shape> }
  | { readonly kind: 'list'; readonly item: Shape };

export const anything: Shape = { kind: 'any' };
export const safeValue: Shape = { kind: 'value', isRawText: false };
export const rawText: Shape = { kind: 'value', isRawText: true };

/** The shape of all values together. */
export function shapeOf(values: readonly unknown[]): Shape {
  const known = values.filter((value) => value !== null && value !== undefined);
  if (known.length === 0) return anything;
  if (known.every(Array.isArray)) return { kind: 'list', item: shapeOf(known.flat()) };
  if (known.every((value) => typeof value === 'object' && !Array.isArray(value))) {
    const keys = new Set(known.flatMap((value) => Object.keys(value as object)));
    return {
      kind: 'object',
      keys: new Map(
        [...keys].map((key) => [key, shapeOf(known.map((value) => (value as Record<string, unknown>)[key]))]),
      ),
    };
  }
  if (known.some((value) => typeof value === 'object')) return anything;
  return { kind: 'value', isRawText: known.some(isRawText) };
}

function isRawText(value: unknown): boolean {
  return typeof value === 'string' && (value.includes(markedText) || value.includes(markedText.slice(0, 200)));
}

/** The shape of a member; `undefined` if there is none of this name. */
export function memberOf(shape: Shape, name: string): Shape | undefined {
  if (shape.kind === 'any') return anything;
  if (shape.kind === 'object') return shape.keys.get(name);
  if (name === 'length') return safeValue;
  return shape.kind === 'list' && /^\d+$/.test(name) ? shape.item : undefined;
}

/** The shape of the items that `each` visits. */
export function itemsOf(shape: Shape): Shape {
  if (shape.kind === 'list') return shape.item;
  if (shape.kind !== 'object') return anything;
  const shapes = [...shape.keys.values()];
  return shapes.length > 0 && shapes.every(({ kind }) => kind === 'value')
    ? { kind: 'value', isRawText: shapes.some((one) => one.kind === 'value' && one.isRawText) }
    : anything;
}
