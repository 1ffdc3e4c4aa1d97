import { expect, it } from 'vitest';
import { graphToMermaid } from '../../../../src/core/report/graph/mermaid.ts';
import { hostileTexts } from '../../hostile.ts';
import { hostileGraph, largeGraph } from './drawings.ts';

const line =
  /^(?:flowchart LR| {2}[me]\d+(?:\["[^"[\]{}<>|;\\`&]*(?:<br\/>[^"[\]{}<>|\\`&]*)*"\]|\(\["[^"[\]{}|\\`&]*"\]\))(?::::\w+)?| {2}[me]\d+ -\.?->(?:\|needs\||\|"[^"|]*"\|)? [me]\d+| {2}classDef .*)$/;

it.each(hostileTexts)('quotes %s', (_, text) => {
  const lines = graphToMermaid(hostileGraph(text)).replace(/#\d+;/g, '').trimEnd().split('\n');
  expect(lines.filter((one) => !line.test(one))).toEqual([]);
  expect(lines).toContain('  e0(["nobody.sends<br/>no publisher"]):::problem');
});

it('draws every module and arrow', () => {
  const text = graphToMermaid(largeGraph(9));
  expect(text.match(/ -->\|needs\| /g)).toHaveLength(8);
  expect(text).toContain('  m3 -->|needs| m1\n');
  expect(text).toMatch(/ {2}e\d+ -\.-> m1\n/);
});
