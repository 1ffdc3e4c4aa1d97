/**
 * How the two families of YAML readers interpret a plain scalar: YAML 1.2 (core schema), used by this tool and by Node
 * libraries, and YAML 1.1 as implemented by PyYAML. A test compares the latter with PyYAML.
 */
export type Meaning =
  | { readonly kind: 'text' | 'date' | 'nothing' | 'merge key' | 'default key' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly value: number | bigint };

const text: Meaning = { kind: 'text' };

export function meaningIn12(source: string): Meaning {
  if (/^(~|null|Null|NULL|)$/.test(source)) return { kind: 'nothing' };
  if (/^(true|True|TRUE|false|False|FALSE)$/.test(source)) return { kind: 'boolean', value: /^t/i.test(source) };
  if (/^[-+]?\d+$/.test(source)) return integer(source, 10);
  if (/^0o[0-7]+$/.test(source)) return integer(source.slice(2), 8);
  if (/^0x[0-9a-fA-F]+$/.test(source)) return integer(source.slice(2), 16);
  if (/^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(source)) return { kind: 'number', value: Number(source) };
  return notFinite(source) ?? text;
}

export function meaningIn11(source: string): Meaning {
  if (/^(~|null|Null|NULL|)$/.test(source)) return { kind: 'nothing' };
  if (/^(yes|Yes|YES|true|True|TRUE|on|On|ON)$/.test(source)) return { kind: 'boolean', value: true };
  if (/^(no|No|NO|false|False|FALSE|off|Off|OFF)$/.test(source)) return { kind: 'boolean', value: false };
  if (source === '<<') return { kind: 'merge key' };
  if (source === '=') return { kind: 'default key' };
  return numberIn11(source) ?? (isDate(source) ? { kind: 'date' } : text);
}

function numberIn11(source: string): Meaning | undefined {
  const bare = source.replaceAll('_', '');
  if (/^[-+]?0b[0-1_]+$/.test(source)) return integer(bare.replace('0b', ''), 2);
  if (/^[-+]?0[0-7_]+$/.test(source)) return integer(bare, 8);
  if (/^[-+]?(0|[1-9][0-9_]*)$/.test(source)) return integer(bare, 10);
  if (/^[-+]?0x[0-9a-fA-F_]+$/.test(source)) return integer(bare.replace('0x', ''), 16);
  if (/^[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+$/.test(source)) return sexagesimal(bare);
  if (/^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*$/.test(source)) return sexagesimal(bare);
  if (/^([-+]?[0-9][0-9_]*\.[0-9_]*([eE][-+][0-9]+)?|\.[0-9][0-9_]*([eE][-+][0-9]+)?)$/.test(source))
    return { kind: 'number', value: Number(bare) };
  return notFinite(source);
}

/** Base 60: 12:30 is 12 · 60 + 30. */
function sexagesimal(bare: string): Meaning {
  const parts = bare.replace(/^[-+]/, '').split(':').map(Number);
  const value = parts.reduce((total, part) => total * 60 + part, 0);
  return { kind: 'number', value: bare.startsWith('-') ? -value : value };
}

function isDate(source: string): boolean {
  return /^(\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?([Tt]|[ \t]+)\d\d?:\d\d:\d\d(\.\d*)?([ \t]*(Z|[-+]\d\d?(:\d\d)?))?)$/.test(
    source,
  );
}

function notFinite(source: string): Meaning | undefined {
  if (/^\.(nan|NaN|NAN)$/.test(source)) return { kind: 'number', value: Number.NaN };
  if (!/^[-+]?\.(inf|Inf|INF)$/.test(source)) return undefined;
  return { kind: 'number', value: source.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY };
}

function integer(digits: string, base: 2 | 8 | 10 | 16): Meaning {
  const bare = digits.replace(/^[-+]/, '');
  const prefix = { 2: '0b', 8: '0o', 10: '', 16: '0x' }[base];
  if (bare === '') return { kind: 'number', value: 0 };
  const value = BigInt(`${prefix}${bare}`);
  return { kind: 'number', value: digits.startsWith('-') ? -value : value };
}

export function sameMeaning(a: Meaning, b: Meaning): boolean {
  if (a.kind === 'number' && b.kind === 'number') return String(a.value) === String(b.value);
  return a.kind === b.kind && (!('value' in a) || !('value' in b) || a.value === b.value);
}
