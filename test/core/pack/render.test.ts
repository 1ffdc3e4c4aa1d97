import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure.ts';
import { fillPlaceholders, renderPack } from '../../../src/core/pack/render.ts';
import type { Tree } from '../../../src/core/tree/tree.ts';
import { makePack } from './make-pack.ts';

const texts = (tree: Tree) => Object.fromEntries([...tree].map(([path, { content }]) => [path, content]));
const render = (files: Parameters<typeof makePack>[0], context: object = {}, exceptions = '[]') =>
  renderPack(makePack(files, exceptions), 'module', context).tree;

it('renders templates, without their extension, and copies other files', () => {
  const png = Uint8Array.from([0x89, 0x50, 0, 255]);
  const tree = render(
    {
      'module/a.ts.hbs': 'x = {{name}}\n',
      'module/sub/b.txt': '{{name}}',
      'module/c.png': { content: png, mode: 0o644 },
      'module/.env.hbs': '',
    },
    { name: 'n' },
  );
  expect(texts(tree)).toEqual({ 'a.ts': 'x = n\n', 'sub/b.txt': '{{name}}', 'c.png': png, '.env': '' });
});

it('renders one section', () => {
  const pack = makePack({ 'module/a': 'm', 'host/a': 'h', 'edits/a': 'e', 'README.md': 'r' });
  expect((['module', 'host', 'edits'] as const).map((part) => texts(renderPack(pack, part, {}).tree))).toEqual([
    { a: 'm' },
    { a: 'h' },
    { a: 'e' },
  ]);
});

it('keeps modes, and returns the source of each file', () => {
  const pack = makePack({ 'module/run.sh.hbs': { content: '#!/bin/sh\n', mode: 0o755 } });
  const { tree, sources } = renderPack(pack, 'module', {});
  expect([...tree.values()].map(({ mode }) => mode)).toEqual([0o755]);
  expect([...sources].map(([path, { source, policy }]) => [path, source, policy])).toEqual([
    ['run.sh', 'module/run.sh.hbs', 'managed'],
  ]);
});

describe('placeholders in paths', () => {
  it.each([
    ['{{name}}.ts', 'ocr.ts'],
    ['{{name}}/{{pack.name}}_{{name}}.ts', 'ocr/tiny_ocr.ts'],
    ['v{{count}}.ts', 'v5.ts'],
  ])('%s → %s', (path, want) => {
    const context = { name: 'ocr', count: 5, pack: { name: 'tiny' } };
    expect([...render({ [`module/${path}`]: '' }, context).keys()]).toEqual([want]);
  });

  it.each([
    ['an unknown name', '{{nmae}}.ts', {}],
    ['an object', '{{pack}}.ts', { pack: {} }],
    ['a value that leads out of the folder', '{{name}}/x', { name: '..' }],
    ['an empty value', '{{name}}/x', { name: '' }],
    ['a value with a leading slash', '{{name}}', { name: '/etc/passwd' }],
    ['a value with a character that is illegal on Windows', '{{name}}.ts', { name: 'a:b' }],
  ])('rejects %s', (_, path, context) => {
    expect(() => render({ [`module/${path}`]: '' }, context)).toThrow(
      /Template pack tiny: module\/.*: its path .* is refused/,
    );
  });

  it('with an unknown name in the argument of a command is kept', () => {
    expect(fillPlaceholders('{{module_dir}}/{{x}} {{a.b}}', { module_dir: 'm/ocr' })).toBe('m/ocr/{{x}} {{a.b}}');
  });
});

describe('when', () => {
  const context = { provider: 'openai', count: 0, list: [], full: [1], text: '', endpoint: { result: null, list: {} } };
  const cases: [when: string, isRendered: boolean][] = [
    ['{ provider: openai }', true],
    ['{ provider: local }', false],
    ['{ count: 0 }', true],
    ['{ count: "0" }', false],
    ['{ list: true }', false],
    ['{ list: false }', true],
    ['{ full: true }', true],
    ['{ text: false }', true],
    ['{ endpoint.result: true }', false],
    ['{ endpoint.list: true }', true],
    ['{ endpoint.list.role: true }', false],
    ['{ unknown.deeper: true }', false],
    ['{ unknown: false }', true],
    ['{ provider: openai, list: true }', false],
  ];
  it.each(cases)('%s: %s', (when, isRendered) => {
    const tree = render({ 'module/a.hbs': '' }, context, `[{ path: module/a.hbs, when: ${when} }]`);
    expect(tree.size).toBe(isRendered ? 1 : 0);
  });
});

describe('paths that collide', () => {
  const cases: [name: string, paths: string[]][] = [
    ['equal paths', ['module/a.ts.hbs', 'module/a.ts']],
    ['equal after replacing placeholders', ['module/{{name}}', 'module/ocr']],
    ['different only in case', ['module/README.md', 'module/readme.md.hbs']],
    ['different only in Unicode normalization', ['module/\u00e9', 'module/e\u0301']],
    ['a file with the name of a folder', ['module/a', 'module/a/b']],
    ['a folder with the name of a file', ['module/a/b/c', 'module/A/B']],
  ];
  it.each(cases)('%s', (_, paths) => {
    const files = Object.fromEntries(paths.map((path) => [path, '']));
    expect(() => render(files, { name: 'ocr' })).toThrow(/Template pack tiny: module\/.* also renders .*/);
  });

  it('are accepted if only one is rendered', () => {
    const files = { 'module/a.hbs': 'template', 'module/a': 'copy' };
    expect(texts(render(files, { x: 1 }, '[{ path: module/a, when: { x: 2 } }]'))).toEqual({ a: 'template' });
  });
});

describe('reports an error in a template with its path and line', () => {
  const cases: [name: string, template: string, line: number, reason: string][] = [
    ['an unknown name', 'a\nb {{nmae}}', 2, '"nmae" not defined'],
    ['an unknown part of a name', '{{name.first.second}}', 1, '"second" not defined'],
    ['an unknown helper', 'a\n\n{{shout name}}', 3, 'unknown helper shout'],
    ['an unknown name given to a helper', 'a\n{{ts nmae}}', 2, 'the argument of ts is undefined'],
    ['a list given to a helper for strings', '\n{{#if name}}\n{{camel list}}{{/if}}', 3, 'invalid argument for camel'],
    ['a block without an end', 'a\n{{#if name}}\nb\n', 4, 'invalid syntax'],
    ['a block with another end', '{{#if name}}\nx\n{{/each}}', 1, "if doesn't match each"],
    ['a missing brace', 'a\n{{name}', 2, 'invalid syntax'],
    ['an unknown partial', '{{> nothing}}', 1, 'The partial nothing could not be found'],
    ['an error in a partial', 'a\n\n\n{{> part}}', 2, '"nmae" not defined'],
  ];
  it.each(cases)('%s', (_, template, line, reason) => {
    const files = { 'module/t.hbs': template, 'partials/part.hbs': 'x\n{{nmae}}' };
    const failure = (() => {
      try {
        return render(files, { name: 'ocr', list: [] });
      } catch (error) {
        return error;
      }
    })() as Failure<'pack-check-failed'>;
    expect(failure).toBeInstanceOf(Failure);
    expect(failure.code).toBe('pack-check-failed');
    expect(failure.args).toMatchObject({
      pack: 'tiny',
      template: template.includes('> part') ? 'partials/part.hbs' : 'module/t.hbs',
      line,
    });
    expect(failure.args.reason).toContain(reason);
  });
});

it('does not escape by default, and passes the context to partials', () => {
  const files = {
    'module/a.hbs': '{{text}} {{> part item}} {{#each list}}{{> part}}{{/each}}',
    'partials/part.hbs': '<{{x}}>',
  };
  const context = { text: '<&">', item: { x: 1 }, list: [{ x: 2 }, { x: 3 }] };
  expect(texts(render(files, context))).toEqual({ a: '<&"> <1> <2><3>' });
});

it('ignores inherited properties', () => {
  expect(() => render({ 'module/a.hbs': '{{name.constructor.name}}' }, { name: 'x' })).toThrow(Failure);
});
