/** Every path in the JSON of many answers, with its types. `?` marks optional keys. */
export type Shape = Readonly<Record<string, string>>;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

interface Seen {
  readonly types: Set<string>;
  count: number;
}

/** Collects values of one kind. Ignores keys below an open path (a map or user input), because they are data. */
export class ShapeOf {
  readonly #open: readonly string[];
  readonly #seen = new Map<string, Seen>();

  constructor(open: readonly string[] = []) {
    this.#open = open;
  }

  add(value: unknown, path = '$'): void {
    const type = typeOf(value);
    const seen = this.#seen.get(path) ?? { types: new Set(), count: 0 };
    seen.types.add(this.#open.includes(path) ? `any ${type}` : type);
    // Counts objects: a key is required if it occurs as often as its object.
    seen.count += 1;
    this.#seen.set(path, seen);
    if (this.#open.includes(path)) return;
    if (Array.isArray(value)) for (const item of value) this.add(item, `${path}[]`);
    else if (type === 'object')
      for (const [key, item] of Object.entries(value as object)) this.add(item, `${path}.${key}`);
  }

  shape(): Shape {
    const entries = [...this.#seen].map(([path, { types, count }]) => {
      const dot = path.lastIndexOf('.');
      const objects = dot < 0 || path.endsWith('[]') ? count : this.#objectsAt(path.slice(0, dot));
      return [path, `${[...types].sort().join(' or ')}${count < objects ? '?' : ''}`] as const;
    });
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #objectsAt(path: string): number {
    return this.#seen.get(path)?.count ?? 0;
  }
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value !== 'string') return typeof value;
  return uuid.test(value) ? 'uuid' : time.test(value) ? 'time' : 'string';
}
