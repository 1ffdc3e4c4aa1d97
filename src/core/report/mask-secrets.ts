import { isSecretKey, secretParts } from '../text/secrets.ts';
import { readYaml } from '../yaml/fast.ts';

/** As long as the secret, so that columns stay. */
export const wideMask = (secret: string): string => secret.replace(/[^\r\n]/g, '•');

/** The text without the secrets, however they are quoted in it. What prints texts of users calls this. */
export function maskSecrets(
  text: string,
  secrets: Iterable<string>,
  mask: (secret: string) => string = () => '••••',
): string {
  const all = new Set([...secrets].flatMap(piecesOf));
  if (all.size > maxSecrets) return mask(text);
  const longestFirst = [...all].filter((one) => one.trim() !== '').sort((a, b) => b.length - a.length);
  return longestFirst.reduce((masked, secret) => masked.replace(patternFor(secret), mask), text);
}

/** A text with more is no manifest: nothing of it is shown. */
const maxSecrets = 2000;
const maxPieceLength = 500;

/** The secret, and its lines; long ones in pieces, which an expression can be made of. */
function piecesOf(secret: string): string[] {
  const lines = secret.includes('\n') ? secret.split(/\r?\n/).map((line) => line.trim()) : [];
  return [secret, ...lines].flatMap((one) => one.match(new RegExp(`[^]{1,${maxPieceLength}}`, 'gu')) ?? []);
}

/** A shorter one is part of other words: it is hidden where it is a value. */
const minLength = 4;

/** Finds a text as it is, and as it is quoted in code, in JSON, in YAML, in a shell, and in one of these inside another. */
function patternFor(text: string): RegExp {
  const chars = (text.match(/\\+|[^\\]/gu) ?? []).map((char) => {
    if (/\w/.test(char)) return char;
    if (char.startsWith('\\')) return '\\\\+';
    if (char === "'") return "(?:\\\\*'){1,3}";
    if (char === '\n') return '(?:\\r?\\n[ \\t]*|(?:\\\\+r)?\\\\+n)';
    if (char === '\t') return '(?:\\t|\\\\+t)';
    return `\\\\*${/[\^$.*+?()[\]{}|/]/.test(char) ? '\\' : ''}${char}`;
  });
  const whole = chars.join('');
  const asValue = `(?=${whole})(?<=[=:]\\s*["'\\\\]*)${whole}(?=["'\\\\\\s,;}\\]]|$)`;
  return new RegExp(text.length < minLength ? asValue : whole, 'gu');
}

/** Secrets in a value: what looks like one, is named like one, or is the default of a setting that is declared as one. */
export function secretsIn(value: unknown, key = '', seen = new Set<unknown>()): string[] {
  if (typeof value === 'string') return secretParts(value, key);
  if (typeof value === 'number') return isSecretKey(key) ? [String(value)] : [];
  // Aliases of YAML can repeat one object without end.
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  if (Array.isArray(value)) return value.flatMap((one) => secretsIn(one, key, seen));
  const isSetting = (value as { secret?: unknown }).secret === true || isSecretKey(key);
  return Object.entries(value).flatMap(([name, inner]) => {
    if (isSetting && name === 'default') return secretsIn(inner, 'secret', seen);
    return secretsIn(inner, name === 'secret' || name === 'type' ? '' : name, seen);
  });
}

/** Secrets in the arguments of a command: `password=hunter2`, `--config=token={secret: true, default: x}`. */
export async function secretsInArguments(words: readonly string[]): Promise<string[]> {
  return (await Promise.all(words.map(secretsInArgument))).flat();
}

async function secretsInArgument(word: string): Promise<string[]> {
  const [, key, value] = /^-{0,2}([\w -]+)=(.*)$/s.exec(word) ?? [];
  if (key === undefined || value === undefined)
    return /^\s*\{/.test(word) ? secretsInYaml(word) : secretParts(word).filter(isNotPath);
  if (/^\s*\{/.test(value)) return [...(await secretsInYaml(value, key)), ...(isSecretKey(key) ? quotedIn(value) : [])];
  const isQuoted = /^(["']).+\1$/s.test(value);
  return [...secretParts(isQuoted ? value.slice(1, -1) : value, key), ...(await secretsInArgument(value))];
}

/** Paths have letters and digits mixed as chance would do it. */
const isNotPath = (part: string): boolean => !part.includes('/') || part.includes('://');

/** Secrets in the text of a manifest or of answers, which may be broken. */
export async function secretsInYaml(text: string, key = ''): Promise<string[]> {
  const parts = secretParts(text).filter(isNotPath);
  if (!suspicious.test(text) && !isSecretKey(key)) return parts;
  return [...text.split(/\r?\n/).flatMap(entriesIn), ...parts, ...secretsIn(await yamlValue(text), key)];
}

/** What has none of these has no key that names a secret: it need not be read. */
const suspicious = /secret|passw|token|[a-z][_-]?key\b|credential/i;

/** Longer ones are not shown, and what is found in them may be found by reading them. */
const maxLineLength = 1000;

/** Values behind keys that name a secret: up to the next comma or bracket, and the rest of the line, which it may be. */
function entriesIn(line: string): string[] {
  if (line.length > maxLineLength) return [];
  return [...line.matchAll(/(?<![\w-])([\w-]{1,80})["']?[ \t]*[:=][ \t]*/g)].flatMap(
    ({ 0: head, 1: name = '', index }) => {
      if (!isSecretKey(name)) return [];
      const rest = line.slice(index + head.length).trim();
      const [, double, single] = /^"((?:[^"\\]|\\.)*)"|^'((?:[^']|'')*)'/.exec(rest) ?? [];
      const [plain = ''] = /^[^,}\]]*/.exec(rest) ?? [];
      const value = double ?? single ?? plain.trim();
      return harmless.test(value) ? [] : [value, ...(double === undefined && single === undefined ? [rest] : [])];
    },
  );
}

const harmless = /^(?:true|false|null|~|•*|[[{|>].*)$/;

async function yamlValue(text: string): Promise<unknown> {
  try {
    return await readYaml(text);
  } catch {
    return undefined;
  }
}

/** Secrets in lines of code: texts in quotes behind a name that names a secret. */
export function secretsInCode(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const names = line.match(/[\w-]+/g) ?? [];
    return [...(names.some(isSecretKey) ? quotedIn(line) : []), ...secretParts(line)];
  });
}

function quotedIn(text: string): string[] {
  return [...text.matchAll(/"((?:[^"\\\n]|\\.)+)"|'((?:[^'\\\n]|\\.)+)'/g)].map(([, a, b]) => a ?? b ?? '');
}
