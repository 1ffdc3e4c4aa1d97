import type { Problem } from '../../diagnostic.ts';
import { secretReason } from '../../text/secrets.ts';
import {
  type ChangeId,
  changeKinds,
  type Direction,
  type Party,
  type TypeChangeId,
  typeChangeKinds,
  type Verdict,
} from './change-kinds.ts';

/** One change of a module's contract. */
export interface Change {
  readonly kind: ChangeId | TypeChangeId;
  readonly verdict: Verdict;
  readonly affects: readonly Party[];
  /** What changed, as a sentence without its full stop: `GET /documents was removed`. */
  readonly text: string;
  /** The place in the newer manifest. */
  readonly path: Problem['path'];
}

export function change(kind: ChangeId, text: string, path: Change['path']): Change {
  const { verdict, affects } = changeKinds[kind];
  return { kind, verdict, affects, text, path };
}

export function typeChange(
  kind: TypeChangeId,
  direction: Direction,
  affects: Party,
  text: string,
  path: Change['path'],
): Change {
  return { kind, verdict: typeChangeKinds[kind][direction], affects: [affects], text, path };
}

const longest = 80;

/** A value as messages show it: shortened, and masked if it looks like a secret. */
export function shown(value: unknown, key = ''): string {
  if (value === undefined) return 'none';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const isSecret = [value].flat().some((one) => typeof one === 'string' && secretReason(one, key) !== undefined);
  if (isSecret) return '••••';
  const quoted = typeof value === 'string' ? JSON.stringify(text) : text;
  return shortened(quoted);
}

export function shortened(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** `changed from 5 to 10` */
export function fromTo(before: string, after: string): string {
  return `changed from ${before} to ${after}`;
}
