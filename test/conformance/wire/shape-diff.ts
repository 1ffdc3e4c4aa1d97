import type { AnswerShape, WireFormat } from './answer-kinds.ts';
import type { Shape } from './shape.ts';

const typesOf = (text: string): readonly string[] => text.replace('?', '').split(' or ');

/** The differences between `seen` and `golden`: headers, keys, problems and types. */
export function differences(golden: AnswerShape, seen: AnswerShape): readonly string[] {
  // A map that is optional need not have been seen in this run.
  const known = Object.keys(golden.body).filter((path) => path in seen.body || golden.body[path] !== 'any object?');
  return [
    ...unlike('header', golden.headers, seen.headers),
    ...unlike('problem', golden.problems, seen.problems),
    ...unlike('key', known, Object.keys(seen.body)),
    ...Object.entries(seen.body).flatMap(([path, type]) => typeProblem(path, golden.body[path] ?? type, type)),
  ];
}

function typeProblem(path: string, golden: string, seen: string): string[] {
  const known = typesOf(golden);
  // A nullable value need not have been null in this run.
  const fits = typesOf(seen).every((type) => known.includes(type)) && golden.endsWith('?') === seen.endsWith('?');
  return fits ? [] : [`${path} is ${seen}, not ${golden}`];
}

function unlike(what: string, golden: readonly string[], seen: readonly string[]): string[] {
  return [
    ...seen.filter((one) => !golden.includes(one)).map((one) => `${what} more: ${one}`),
    ...golden.filter((one) => !seen.includes(one)).map((one) => `${what} less: ${one}`),
  ];
}

/** Merges two shapes, with the types of both. */
export function union(one: WireFormat, other: WireFormat): WireFormat {
  const entries = Object.entries(other).map(([kind, shape]) => {
    const before = one[kind];
    return [kind, before === undefined ? shape : { ...shape, body: unionOf(before.body, shape.body) }] as const;
  });
  return Object.fromEntries([...Object.entries(one), ...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function unionOf(one: Shape, other: Shape): Shape {
  const entries = Object.entries(other).map(([path, type]) => {
    const types = new Set([...typesOf(one[path] ?? type), ...typesOf(type)]);
    return [path, `${[...types].sort().join(' or ')}${type.endsWith('?') ? '?' : ''}`] as const;
  });
  return { ...one, ...Object.fromEntries(entries) };
}
