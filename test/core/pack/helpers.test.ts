import { expect, it } from 'vitest';
import { renderPack } from '../../../src/core/pack/render.ts';
import { makePack } from './make-pack.ts';

const context = { name: 'ocr_v2', text: `a "b"\n'c'`, number: 1.5, yes: true, none: null, list: ['x', 'y'], empty: [] };
const render = (template: string) => {
  const tree = renderPack(makePack({ 'module/t.hbs': template }), 'module', context).tree;
  return [...tree.values()].map(({ content }) => content).join('');
};

const cases: [template: string, want: string][] = [
  [
    '{{camel name}} {{pascal name}} {{kebab name}} {{snake "ocrV2"}} {{upper name}}',
    'ocrV2 OcrV2 ocr-v2 ocr_v2 OCR_V2',
  ],
  ['{{pascal "version_2_1"}}', 'Version21'],
  ['{{ts text}}', `"a \\"b\\"\\n'c'"`.replace(/^"|"$/g, "'").replaceAll('\\"', '"').replaceAll("'c'", "\\'c\\'")],
  ['{{py number}} {{py yes}} {{py none}}', '1.5 True None'],
  ['{{json text}} {{yaml yes}} {{toml number}}', `"a \\"b\\"\\n'c'" true 1.5`],
  ['{{md "a *b*"}}|{{line text}}', `a \\*b\\*|a "b" 'c'`],
  ['{{docstring text 4}}', "a 'b' 'c'"],
  ['{{join list ", "}}|{{join empty ", "}}', 'x, y|'],
  ['{{#if (eq name "ocr_v2")}}1{{else}}2{{/if}}{{#if (eq number "1.5")}}1{{else}}2{{/if}}', '12'],
  ['{{#if (has list "x")}}1{{/if}}{{#if (has list "z")}}2{{/if}}', '1'],
  ['{{#if (not none)}}1{{/if}}{{#if (not empty)}}2{{/if}}{{#if (not list)}}3{{/if}}', '12'],
  ['{{#if (or none empty)}}1{{/if}}{{#if (or none list)}}2{{/if}}', '2'],
];
it.each(cases)('%s', (template, want) => expect(render(template)).toBe(want));
