import { isSecretKey, knownParts, secretParts } from '../text/secrets.ts';
import { readYaml } from '../yaml/fast.ts';

/** Keeps the length of the secret, so that columns do not change. */
export const wideMask = (secret: string): string => secret.replace(/[^\r\n]/g, '•');

/** Masks secrets in a text, however they are quoted. Everything that prints texts of users calls this. */
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

/** A text with more secrets is not a manifest, and is masked completely. */
const maxSecrets = 2000;
const maxPieceLength = 500;

/** The secret and its lines, cut into pieces that are short enough for a regular expression. */
function piecesOf(secret: string): string[] {
  const lines = secret.includes('\n') ? secret.split(/\r?\n/).map((line) => line.trim()) : [];
  return [secret, ...lines].flatMap((one) => one.match(new RegExp(`[^]{1,${maxPieceLength}}`, 'gu')) ?? []);
}

/** Shorter secrets can be part of other words, and are masked only as values. */
const minLength = 4;

/** Matches a text literally, and quoted in code, JSON, YAML or a shell, also nested. */
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
  const asValue = `(?=${whole})(?<=[=:]\\s*["'\\\\]*)${whole}(?=["'\\\\\\s,;}\\]@]|$)`;
  return new RegExp(text.length < minLength ? asValue : whole, 'gu');
}

/** Secrets in a value: texts that look like one, values whose key names one, and defaults of secret settings. */
export function secretsIn(value: unknown, key = '', seen = new Set<unknown>()): string[] {
  if (typeof value === 'string') return secretParts(value, key);
  if (typeof value === 'number') return isSecretKey(key) ? [String(value)] : [];
  // YAML aliases can be circular.
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  if (Array.isArray(value)) return value.flatMap((one) => secretsIn(one, key, seen));
  const isSetting = (value as { secret?: unknown }).secret === true || isSecretKey(key);
  return Object.entries(value).flatMap(([name, inner]) => {
    if (isSetting && (name === 'default' || name === 'examples')) return secretsIn(inner, 'secret', seen);
    return secretsIn(inner, name === 'secret' || name === 'type' ? '' : name, seen);
  });
}

/** Secrets in the arguments of a command: `password=hunter2`, `--config=token={secret: true, default: x}`. */
export async function secretsInArguments(words: readonly string[]): Promise<string[]> {
  const found = await Promise.all(words.map(async (word) => [...(await secretsInWord(word)), ...entriesIn(word)]));
  return found.flat();
}

/** Secrets in an argument or in a message, in which a colon need not separate a key and a value. */
export async function secretsInWord(word: string): Promise<string[]> {
  const [, name, given] = /^-{0,2}([\w -]+)=(.*)$/s.exec(word) ?? [];
  if (name === undefined || given === undefined)
    return /^\s*\{/.test(word) ? secretsInYaml(word) : secretParts(word).filter(isNotPath);
  const [key, value] = [name.trim(), given.trim()];
  if (/^[{[]/.test(value)) {
    const isMapping = typeof (await yamlValue(value)) === 'object';
    const parts = isMapping ? quotedIn(value) : [value, value.slice(1), ...quotedIn(value)];
    return [...(await secretsInYaml(value, key)), ...(isSecretKey(key) ? parts : [])];
  }
  const isQuoted = /^(["']).+\1$/s.test(value);
  return [...secretParts(isQuoted ? value.slice(1, -1) : value, key), ...(await secretsInWord(value))];
}

/** Paths look random, because they mix letters and digits. */
const isNotPath = (part: string): boolean => !part.includes('/') || knownParts(part).length > 0;

/** Secrets in the text of a manifest or an answers file, which may be invalid YAML. */
export async function secretsInYaml(text: string, key = ''): Promise<string[]> {
  const parts = secretParts(text).filter(isNotPath);
  if (!suspicious.test(text) && !isSecretKey(key)) return parts;
  return [...text.split(/\r?\n/).flatMap(entriesIn), ...parts, ...secretsIn(await yamlValue(text), key)];
}

/** Appears in every text with a key that names a secret. Other texts need no parsing. */
const suspicious = /secret|pass|pw|token|[a-z][_-]?key|credential/i;

/** Longer lines are never shown, and secrets in them are still found by parsing. */
const maxLineLength = 1000;

/** Values after keys that name a secret: up to the next comma or bracket, and also the whole rest of the line. */
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

// Escaped, because one wide character in the bundle makes V8 keep all of it as wide characters.
const harmless = /^(?:true|false|null|~|\u2022*|[[{|>].*)$/;

async function yamlValue(text: string): Promise<unknown> {
  try {
    return await readYaml(text);
  } catch {
    return undefined;
  }
}

/** Secrets in code: quoted strings in lines with an identifier that names a secret. */
export function secretsInCode(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const names = line.match(/[\w-]+/g) ?? [];
    return [...(names.some(isSecretKey) ? quotedIn(line) : []), ...secretParts(line)];
  });
}

/**
 * Masks values of secrets line by line, in files that can contain anything: an assigned string in code, the value of an
 * entry in settings. Values elsewhere stay, because they may be ordinary words.
 */
export function maskLines(path: string, text: string): string {
  if (!suspicious.test(text) && knownParts(text).length === 0) return text;
  const valuesIn = settingsFile.test(path) ? settingsIn : assignedIn;
  const lines = text.split('\n').map((line) => {
    // The password of a local database is often the name of its user.
    const known = knownParts(line.replace(/\/(\w+):\1@/g, ''));
    return maskSecrets(line, [...valuesIn(line), ...known]);
  });
  return lines.join('\n');
}

const settingsFile = /(?:^|[/.])(?:env|env\.(?!(?:py|[mc]?[jt]s)$)[\w.-]+)$|\.(?:ya?ml|toml|ini)$/;

/** Values of entries, except references to variables: `${JWT_SECRET:?set it}`. */
function settingsIn(line: string): string[] {
  return entriesIn(line.replace(/(\$\{\w+):\?[^}]*/g, '$1')).filter((value) => !/^\$[\w{(]/.test(value));
}

/** Quoted strings that are assigned to the name of a secret: `token: str = "x"`, `'api_key': 'x'`, `TOKEN="x"`. */
function assignedIn(line: string): string[] {
  if (line.length > maxLineLength) return [];
  const assigned =
    /([\w-]{1,80})["']?[ \t]*(?::[ \t]*[\w.|[\] \t]{1,80})?[:=][ \t]*("(?:[^"\\]|\\.)+"|'(?:[^'\\]|\\.)+'|`[^`]+`)/g;
  return [...line.matchAll(assigned)].flatMap(([, name = '', value = '']) =>
    isSecretKey(name) && !/^.none.$/i.test(value) ? [value.slice(1, -1)] : [],
  );
}

function quotedIn(text: string): string[] {
  return [...text.matchAll(/"((?:[^"\\\n]|\\.)+)"|'((?:[^'\\\n]|\\.)+)'/g)].map(([, a, b]) => a ?? b ?? '');
}
