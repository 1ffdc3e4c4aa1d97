import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { yamlText } from '../../../src/core/text/yaml-text.ts';

describe('YAML of a value', () => {
  it('has short mappings and lists of scalars in brackets, and everything else over several lines', () => {
    const schema = {
      type: 'object',
      required: ['text', 'no'],
      properties: { text: { type: 'string', minLength: 1 }, lines: { type: 'array', items: { $ref: '#/types/Line' } } },
    };
    expect(yamlText(schema, 2)).toBe(`type: object
  required: [text, "no"]
  properties:
    text: { type: string, minLength: 1 }
    lines:
      type: array
      items: { $ref: "#/types/Line" }`);
  });

  it('has the items of a list below each other', () => {
    expect(yamlText([{ a: { b: [] } }, [{ c: 1 }, 2]])).toBe('- a: { b: [] }\n- - { c: 1 }\n  - 2');
  });

  it('reads as the value, in YAML 1.1 too', () => {
    const value = fc.jsonValue({ noUnicodeString: false, depthSize: 'medium' } as never);
    fc.assert(
      fc.property(value, fc.nat(4), (given, level) => {
        const text = `key:\n${' '.repeat(2 * level + 2)}${yamlText(given, 2 * level + 2)}\n`;
        const wanted = JSON.parse(JSON.stringify(given));
        for (const version of ['1.1', '1.2'] as const)
          expect(parse(text, { version, uniqueKeys: false })).toEqual({ key: wanted });
      }),
    );
  });
});
