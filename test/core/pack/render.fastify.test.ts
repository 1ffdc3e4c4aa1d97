import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeRender } from './describe-render.ts';

describe('a module of Fastify', () => describeRender('fastify', { mostLines: 250 }));

it('every bundled pack has a test file like this one', () => {
  expect(readdirSync(new URL('../../../templates/', import.meta.url))).toEqual(['fastapi', 'fastify']);
});
