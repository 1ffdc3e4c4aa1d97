/** Formats of secrets of well-known services, specific enough to match little else. */
const known: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, 'a private key'],
  [/\bsk-ant-[\w-]{20,}/, 'an Anthropic API key'],
  [/\bsk-(?:proj-|svcacct-|admin-)?[\w-]{20,}/, 'an OpenAI API key'],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/, 'an AWS access key'],
  [/\bgh[opsur]_[A-Za-z0-9]{30,}/, 'a GitHub token'],
  [/\bgithub_pat_\w{22,}/, 'a GitHub token'],
  [/\bglpat-[\w-]{20,}/, 'a GitLab token'],
  [/\bxox[abeoprs]-[\w-]{10,}/, 'a Slack token'],
  [/\bAIza[\w-]{35}/, 'a Google API key'],
  [/\bhf_[A-Za-z0-9]{30,}/, 'a Hugging Face token'],
  [/\bnpm_[A-Za-z0-9]{36}/, 'an npm token'],
  [/\bpypi-[\w-]{50,}/, 'a PyPI token'],
  [/\b[rs]k_(?:live|test)_[A-Za-z0-9]{20,}/, 'a Stripe key'],
  [/\bSG\.[\w-]{16,}\.[\w-]{16,}/, 'a SendGrid key'],
  [/\bgsk_[A-Za-z0-9]{40,}/, 'a Groq API key'],
  [/\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/, 'a JSON web token'],
  // Only the password. Paths that are made from a URL have one slash.
  [/(?<=[a-z0-9]:\/{1,2}[^\s/:@]*:)(?![{$<])[^\s/@]+(?=@)/i, 'a URL with a password'],
];

/** A cheap test that rules out most texts before trying each pattern. */
const anyKnown =
  /-----BEGIN|sk-|[rs]k_|AKIA|ASIA|gh[opsur]_|github_pat_|glpat-|xox|AIza|hf_|npm_|pypi-|SG\.|gsk_|eyJ|:\/[^\s]*@/i;

/** Names of secrets, also plural or numbered. `tokens` alone are counted, and keys like `max_token` limit them. */
const secretKey = new RegExp(
  `(?:^|_)(?:${[
    'pass(?:word|wd|phrase|code)s?',
    'pwds?|pw',
    'secrets?|credentials?',
    '(?<!(?:max|min)_)token|(?:access|api|auth|bearer|refresh|session)_?tokens',
    '(?:access|account|api|auth|encryption|master|private|secret|signing|ssh)_?keys?',
    '(?:db|ftp|mail|smtp)_?pass',
  ].join('|')})(?:_?value)?(?:_?\\d+)?$`,
);

/** Why the value of the setting `key` looks like a secret, phrased to follow "the value ". */
export function secretReason(text: string, key: string): string | undefined {
  const reason = knownSecretReason(text);
  if (reason !== undefined) return reason;
  if (isSecretKey(key) && text.trim() !== '') return 'is named like a secret and has a value';
  return text.length >= shortestKey && text.split(/[\s"',;]+/).some(looksRandom)
    ? 'looks like a random key'
    : undefined;
}

/** Whether the text may contain a secret in a well-known format. False rules it out. */
export function mayHoldKnownSecret(text: string): boolean {
  return anyKnown.test(text);
}

/** Like `secretReason`, for texts that may look random, such as names: only formats of well-known services. */
export function knownSecretReason(text: string): string | undefined {
  const found = mayHoldKnownSecret(text) ? known.find(([pattern]) => pattern.test(text)) : undefined;
  return found && `looks like ${found[1]}`;
}

/** The parts of a text to mask: those that look like secrets, or the whole text if its key names a secret. */
export function secretParts(text: string, key = ''): string[] {
  if (isSecretKey(key)) return text.trim() === '' ? [] : [text];
  return [...knownParts(text), ...text.split(/[\s"',;]+/).filter(looksRandom)];
}

/** The parts of a text that have the format of a well-known secret. */
export function knownParts(text: string): string[] {
  if (!mayHoldKnownSecret(text)) return [];
  return known.flatMap(([pattern]) =>
    [...text.matchAll(new RegExp(pattern, `g${pattern.flags}`))].map(([part]) => part),
  );
}

/** A rejected value as messages show it: masked if a word in it names a secret, because it may contain the secret. */
export function valueToShow(text: string): string {
  return (text.match(/[\w-]+/g) ?? []).some(isSecretKey) ? '••••' : text;
}

/** Whether the key, in any case convention, names a secret. */
export function isSecretKey(key: string): boolean {
  return secretKey.test(key.replace(/(?<=[a-z])(?=[A-Z])|[-\s]/g, '_').toLowerCase());
}

const shortestKey = 24;

/** Whether a word is long and its letters and digits are distributed like random ones. */
function looksRandom(word: string): boolean {
  if (word.length < shortestKey) return false;
  if (/^[0-9a-f]{40,}$/i.test(word)) return entropyOf(word.toLowerCase()) > 3;
  if (!/^[A-Za-z0-9+/_=-]+$/.test(word) || !/[a-z]/.test(word) || !/[A-Z]/.test(word) || !/\d.*\d/.test(word))
    return false;
  return entropyOf(word) > 4;
}

/** Shannon entropy in bits per character. */
function entropyOf(word: string): number {
  const counts = new Map<string, number>();
  for (const char of word) counts.set(char, (counts.get(char) ?? 0) + 1);
  return [...counts.values()].reduce((bits, count) => bits - (count / word.length) * Math.log2(count / word.length), 0);
}
