import { DOMParser } from '@xmldom/xmldom';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { graphToSvg } from '../../../../src/core/report/graph/svg.ts';
import { hostileTexts } from '../../hostile.ts';
import { hostileGraph, largeGraph } from './drawings.ts';

/** The elements of a picture. Throws for text that is not XML. */
function read(svg: string) {
  const onError = (level: string, message: string) => {
    // A warning reports the characters that replace those that XML refuses.
    if (level !== 'warning') throw new Error(message);
  };
  const document = new DOMParser({ onError }).parseFromString(svg, 'image/svg+xml');
  const all = (name: string) => [...document.getElementsByTagName(name)];
  return {
    texts: all('text').map((one) => one.textContent),
    titles: all('title').map((one) => one.textContent),
    boxes: all('rect')
      .filter((one) => one.hasAttribute('rx'))
      .map((one) => ['x', 'y', 'width', 'height'].map((name) => Number(one.getAttribute(name)))),
    scripts: all('script').length,
  };
}

it.each(hostileTexts)('keeps %s as text', (_, text) => {
  const { texts, scripts, titles } = read(graphToSvg(hostileGraph(text)));
  expect([texts.length > 3, titles.length > 3, scripts]).toEqual([true, true, 0]);
  expect(texts).toContain('invalid manifest');
});

it('is XML for any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(read(graphToSvg(hostileGraph(text))).scripts).toBe(0);
    }),
    { numRuns: 25 },
  );
});

it('shows what a small host has in full, and problems as text', () => {
  const { texts } = read(graphToSvg(hostileGraph('odd')));
  expect(texts).toContain('Nothing emits nobody.sends, to which search subscribes.');
  expect(texts).toContain('no publisher');
  expect(texts.join('\n')).toMatch(/^permissions: create, read, delete, admin$/m);
  expect(texts.join('\n')).toMatch(/^events without subscriber: started, progress, *\n {2}completed/m);
});

it('places no box on another one', () => {
  const { boxes } = read(graphToSvg(largeGraph(100)));
  expect(boxes).toHaveLength(100);
  const overlapping = boxes.filter(([x = 0, y = 0, width = 0, height = 0], index) =>
    boxes.some(
      ([left = 0, top = 0, otherWidth = 0, otherHeight = 0], other) =>
        other < index && x < left + otherWidth && left < x + width && y < top + otherHeight && top < y + height,
    ),
  );
  expect(overlapping).toEqual([]);
}, 60_000);
