import { camelCase, kebabCase, pascalCase, snakeCase } from 'change-case';

export { camelCase, kebabCase, pascalCase, snakeCase };

export const moduleNamePattern = /^[a-z][a-z0-9_]{1,49}$/;

/** Words that are not valid identifiers in Python or TypeScript, also in strict mode and in classes. */
export const keywords: ReadonlySet<string> = new Set(
  (
    'and arguments as assert async await break case catch class const constructor continue debugger def default del ' +
    'delete do elif else enum eval except export extends false finally for from function global if implements import in ' +
    'instanceof interface is lambda let new nonlocal none not null or package pass private protected public raise return ' +
    'static super switch this throw true try typeof undefined var void while with yield'
  ).split(' '),
);

/** Class names that the languages and the hosts use themselves. */
export const reservedClassNames: ReadonlySet<string> = new Set(
  'BaseAIModule BaseAiModule ModuleMetadata ModuleHealth Module Object Promise Error Record None True False'.split(' '),
);

/** Names of routes that the host serves beside the modules, and of the host itself. */
export const reservedModuleNames: ReadonlySet<string> = new Set(['list', 'health', 'host']);

export function isReservedClassName(name: string): boolean {
  return reservedClassNames.has(name);
}

export function isKeyword(word: string): boolean {
  return keywords.has(word.toLowerCase());
}

/** Why a module name is invalid, phrased to follow "the name "; `undefined` if it is valid. */
export function invalidModuleNameReason(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (/[/\\]|\.\./.test(name)) return 'looks like a path: pass only the name, the host determines the folder';
  if (name.length < 2) return 'is too short: at least 2 characters';
  if (name.length > 50) return `has ${name.length} characters: at most 50`;
  if (!/^[a-z]/.test(name)) return 'must start with a lower-case letter a to z';
  if (!moduleNamePattern.test(name)) return 'may contain only a to z, 0 to 9 and _';
  if (isKeyword(name)) return 'is a keyword of Python or TypeScript';
  if (name === 'host') return 'is reserved: the host uses it for its own tables and events';
  if (reservedModuleNames.has(name)) return 'is reserved: the host uses /list and /health itself';
  return undefined;
}

/** A valid name close to the input, to suggest in a message; `undefined` if there is none. */
export function suggestModuleName(typed: string): string | undefined {
  const last =
    typed
      .split(/[/\\]/)
      .filter((part) => /[a-z0-9]/i.test(part))
      .at(-1) ?? '';
  const ascii = last.normalize('NFKD').replace(/[^\x20-\x7e]/g, '');
  const name = snakeCase(ascii)
    .replace(/[^a-z0-9_]/g, '')
    .replace(/^[^a-z]+/, '')
    .slice(0, 50);
  if (invalidModuleNameReason(name) === undefined) return name;
  const longer = `${name}_module`;
  return name !== '' && invalidModuleNameReason(longer) === undefined ? longer : undefined;
}

/** `document_search` → `Document search` */
export function titleOf(name: string): string {
  const words = name.replace(/_+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `document_search` → `DocumentSearchModule`. Does not repeat `module` if the name contains it. */
export function classNameFor(name: string): string {
  const words = name.split('_').filter((word) => word !== '' && word !== 'module');
  const stem = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  if (/^\d/.test(stem)) return `Module${stem}`;
  return stem === '' || isReservedClassName(`${stem}Module`) ? `${stem}AiModule` : `${stem}Module`;
}

/**
 * The name, with `_2`, `_3`, … appended if it is in use. Adds it to `used`, which contains names without underscores:
 * templates convert names to other cases, where underscores make no difference.
 */
export function uniqueName(name: string, used: Set<string>): string {
  const bare = (word: string) => word.replaceAll('_', '');
  let candidate = name;
  for (let number = 2; used.has(bare(candidate)); number += 1) candidate = `${name}_${number}`;
  used.add(bare(candidate));
  return candidate;
}

/** `DocumentSearchModule` → `DocumentSearch`: the prefix of the module's other classes. */
export function classStem(className: string): string {
  return className.length > 6 && className.endsWith('Module') ? className.slice(0, -6) : className;
}
