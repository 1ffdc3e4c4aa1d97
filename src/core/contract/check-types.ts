import type { Problem } from '../diagnostic.ts';
import { sampleOf } from './sample.ts';
import { branchesOf, type Json, namesIn, partsOf, resolve, type Type, type Types } from './type.ts';
import { checkValue } from './values.ts';

type Path = Problem['path'];

/** Of a value with every property; a request may be nested 100 levels deep. */
const maxDepth = 50;
const maxSize = 20_000;

/** Where problems go. */
export interface Report {
  readonly problems: readonly Problem[];
  readonly add: (path: Path, message: string, hint?: string) => void;
}

/** The position of a schema in a manifest, by the name of its type. */
export type PathOf = (name: string) => Path;

/** `input.properties.text` */
export function showPath(path: Path): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
}

/** Recursion, and what unions and roots refer to. */
export function checkReferences(report: Report, types: Types, roots: readonly string[], pathOf: PathOf): void {
  const finished = new Set<string>();
  const visit = (name: string, above: readonly string[]): boolean => {
    if (above.includes(name)) {
      const circle = [...above.slice(above.indexOf(name)), name].join(' → ');
      report.add(
        pathOf(name),
        `the type ${name} contains itself: ${circle}`,
        'Remove a reference: recursive types are not supported.',
      );
      return false;
    }
    if (finished.has(name)) return true;
    const type = types.get(name);
    const ends = type === undefined || namesIn(type).every((inner) => visit(inner, [...above, name]));
    if (ends) finished.add(name);
    return ends;
  };
  if (![...types.keys()].every((name) => visit(name, []))) return;
  const [name, reason] = oversized(types) ?? [];
  if (name !== undefined) {
    const message = `${showPath(pathOf(name))} ${reason} through its references`;
    report.add(pathOf(name), message, 'Refer to fewer types, or make a part any object.');
    return;
  }
  for (const name of roots) {
    const type = types.get(name);
    const kind = type === undefined ? 'object' : resolve(type, types);
    if (
      kind === 'object' ||
      kind.kind === 'union' ||
      ((kind.kind === 'object' || kind.kind === 'map') && !kind.isNullable)
    )
      continue;
    report.add(
      pathOf(name),
      `${showPath(pathOf(name))} must be an object`,
      'Put the value into a property of an object.',
    );
  }
  for (const [name, type] of types) checkUnions(report, type, types, pathOf(name));
}

interface Size {
  readonly values: number;
  readonly depth: number;
}

/** The first type whose values are too large, and why. */
function oversized(types: Types): readonly [name: string, reason: string] | undefined {
  const sizes = new Map<string, Size>();
  for (const name of types.keys()) {
    const { values, depth } = sizeOf({ kind: 'ref', name }, types, sizes);
    if (depth > maxDepth) return [name, `is nested more than ${maxDepth} levels deep`];
    if (values > maxSize) return [name, `expands to more than ${maxSize} values`];
  }
  return undefined;
}

/** How much a value with every property has, with one item in each list. */
function sizeOf(type: Type, types: Types, sizes: Map<string, Size>): Size {
  if (type.kind === 'ref' || type.kind === 'union') {
    const all = namesIn(type).map((name) => {
      const known = sizes.get(name);
      const found = known ?? sizeOf(types.get(name) ?? { kind: 'null' }, types, sizes);
      sizes.set(name, found);
      return found;
    });
    return { values: Math.max(...all.map(({ values }) => values)), depth: Math.max(...all.map(({ depth }) => depth)) };
  }
  const parts = partsOf(type).map((part) => sizeOf(part, types, sizes));
  const times = type.kind === 'array' ? Math.max(1, type.minItems ?? 0) : 1;
  return {
    values: 1 + times * parts.reduce((sum, { values }) => sum + values, 0),
    depth: 1 + Math.max(0, ...parts.map(({ depth }) => depth)),
  };
}

function checkUnions(report: Report, type: Type, types: Types, path: Path): void {
  for (const [part, at] of partsWithPaths(type, path)) checkUnions(report, part, types, at);
  if (type.kind !== 'union') return;
  type.branches.forEach((name, index) => {
    const at = [...path, 'oneOf', index];
    const branch = resolve({ kind: 'ref', name }, types);
    const tag =
      branch.kind === 'object' ? branch.properties.find((property) => property.name === type.discriminator) : undefined;
    const hint = `In ${name}, add ${type.discriminator} to required, and to properties: { ${type.discriminator}: { const: ${name.toLowerCase()} } }.`;
    if (branch.kind !== 'object' || branch.isNullable)
      report.add(at, `${showPath(at)}: ${name} must be an object with properties`);
    else if (tag?.type.kind !== 'const' || typeof tag.type.value !== 'string' || !tag.isRequired)
      report.add(at, `${showPath(at)}: in ${name}, ${type.discriminator} must be required and have a const`, hint);
  });
  if (report.problems.length === 0 && branchesOf(type, types).size < type.branches.length)
    report.add(
      [...path, 'oneOf'],
      `${showPath([...path, 'oneOf'])}: two branches have the same ${type.discriminator}`,
      'Give each its own const.',
    );
}

/** Defaults and examples fit, and a sample can be made. Replaces defaults by complete ones. */
export function checkValues(report: Report, types: Types, pathOf: PathOf): void {
  const check = (value: Json, type: Type, at: Path): Json => {
    const { value: completed, problems } = checkValue(value, type, types);
    for (const problem of problems)
      report.add([...at, ...problem.loc], `${showPath([...at, ...problem.loc])} ${problem.msg}`);
    return completed;
  };
  const visit = (type: Type, path: Path): void => {
    for (const [index, example] of (type.examples ?? []).entries()) check(example, type, [...path, 'examples', index]);
    if (type.kind === 'object')
      for (const property of type.properties) {
        if (property.default === undefined) continue;
        const completed = check(property.default, property.type, [...path, 'properties', property.name, 'default']);
        (property as { default: Json }).default = completed;
      }
    const inner = partsWithPaths(type, path);
    for (const [part, at] of inner) visit(part, at);
    if (inner.length === 0 && report.problems.length === 0 && sampleOf(type, types) === undefined)
      report.add(path, `${showPath(path)}: no value that fits was found`, 'Add examples with a value that fits.');
  };
  for (const [name, type] of types) visit(type, pathOf(name));
}

function partsWithPaths(type: Type, path: Path): [Type, Path][] {
  const parts = partsOf(type);
  if (type.kind === 'object')
    return parts.map((part, index) => [part, [...path, 'properties', type.properties[index]?.name ?? '']]);
  const key = type.kind === 'array' ? 'items' : 'additionalProperties';
  return parts.map((part) => [part, [...path, key]]);
}
