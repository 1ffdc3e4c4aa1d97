import { expect, it } from 'vitest';
import { graphToDot } from '../../../../src/core/report/graph/dot.ts';
import { hostileTexts } from '../../hostile.ts';
import { hostileGraph, largeGraph } from './drawings.ts';

const statement =
  /^ {2}(?:rankdir=LR|(?:node|edge|[me]\d+(?: -> [me]\d+)?) \[(?:\w+=(?:"(?:[^"\\\n]|\\.)*"|\w+)(?:, )?)*\]);$/;

it.each(hostileTexts)('quotes %s', (_, text) => {
  const lines = graphToDot(hostileGraph(text)).trimEnd().split('\n');
  expect([lines.shift(), lines.pop()]).toEqual(['digraph modules {', '}']);
  expect(lines.filter((one) => !statement.test(one))).toEqual([]);
});

it('draws every module and arrow', () => {
  const text = graphToDot(largeGraph(9));
  expect(text.match(/label="needs"/g)).toHaveLength(8);
  expect(text).toContain('  m3 -> m1 [label="needs"];\n');
});
