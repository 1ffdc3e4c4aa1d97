import { expect } from 'vitest';
import type { Answer } from './send.ts';
import { problems } from './shapes.ts';

/** Expects an error answer: this status, and nothing but the code. */
export function expectRefusal(answer: Answer, status: number, code: string): void {
  expect({ status: answer.status, body: answer.json }).toEqual({ status, body: { detail: code } });
}

export function expectUnauthorised(answer: Answer, code: 'not_authenticated' | 'invalid_token'): void {
  expectRefusal(answer, 401, code);
  expect(answer.headers['www-authenticate']).toBe('Bearer');
}

/** Expects these problems, each as `type at path.in.request`, in any order. */
export function expectProblems(answer: Answer, ...wanted: readonly string[]): void {
  expect(answer.status, answer.text.slice(0, 500)).toBe(422);
  const { detail } = problems.parse(answer.json);
  expect(detail.map(({ type, loc }) => `${type} at ${loc.join('.')}`).sort()).toEqual([...wanted].sort());
}
