import { expect, it } from 'vitest';
import { isSecretKey, secretParts, secretReason } from '../../../src/core/text/secrets.ts';

/** Fake secrets, split so that secret scanners do not report them. */
const joined = (...parts: string[]): string => parts.join('');
const tail = 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0';

const secrets: [name: string, text: string, key: string, reason: string][] = [
  ['an OpenAI key', joined('sk-', 'proj-', tail), 'note', 'an OpenAI API key'],
  ['an Anthropic key', joined('sk-', 'ant-', tail), 'note', 'an Anthropic API key'],
  ['an AWS key', joined('AKIA', 'ABCDEFGHIJKLMNOP'), 'note', 'an AWS access key'],
  ['a GitHub token', joined('ghp', '_', tail), 'note', 'a GitHub token'],
  ['a GitLab token', joined('glpat', '-', tail), 'note', 'a GitLab token'],
  ['a Slack token', joined('xoxb', '-1234567890-', tail), 'note', 'a Slack token'],
  ['a Google key', joined('AIza', tail.slice(0, 35)), 'note', 'a Google API key'],
  ['a Hugging Face token', joined('hf', '_', tail), 'note', 'a Hugging Face token'],
  ['a Stripe key', joined('sk', '_live_', tail), 'note', 'a Stripe key'],
  ['a private key', joined('-----BEGIN RSA ', 'PRIVATE KEY-----'), 'note', 'a private key'],
  [
    'a web token',
    joined('eyJhbGciOiJIUzI1NiJ9', '.', 'eyJzdWIiOiIxMjM0NTY3ODkwIn0', '.', tail),
    'note',
    'a JSON web token',
  ],
  ['a password in an address', 'postgres://ada:hunter2@db.example.com/x', 'database', 'a URL with a password'],
  ['a key inside a sentence', joined('Uses sk-', tail, ' for now.'), '', 'an OpenAI API key'],
  ['a value called password', 'hunter2', 'admin_password', 'is named like a secret'],
  ['a value called api_key', 'x', 'api_key', 'is named like a secret'],
  ['random characters', tail, 'salt', 'a random key'],
  [
    'a long random hexadecimal',
    '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'salt',
    'a random key',
  ],
];
it.each(secrets)('suspects %s', (_, text, key, reason) => expect(secretReason(text, key)).toContain(reason));

const harmless: [name: string, text: string, key: string][] = [
  ['prose', 'Finds documents by meaning, and says where: in which of them, on what page, and how sure it is.', ''],
  ['a model', 'meta-llama/Llama-3.3-70B-Instruct-Turbo', 'model'],
  ['a model with a date', 'claude-3-5-sonnet-20241022', 'model'],
  ['a long name', 'text-embedding-3-large-multilingual-e5-instruct', 'embedding_model'],
  ['an address', 'https://api.openai.com/v1', 'base_url'],
  ['an address with a user', 'https://ada@example.com/', 'base_url'],
  ['an address with a place for a password', 'postgres://ada:{PASSWORD}@db/x', 'database'],
  ['a path', '/var/lib/documents/Index_Version2/segments', 'folder'],
  ['a UUID', '123e4567-e89b-12d3-a456-426614174000', 'tenant'],
  ['a class', 'DocumentSearchModuleConfigurationV2Beta', 'class'],
  ['a constant', 'DOCUMENT_SEARCH_INDEX_KEY', 'index_key_env'],
  ['zeros', '0'.repeat(64), 'seed'],
  ['a count of tokens', '4096', 'max_tokens'],
  ['an empty password', '', 'password'],
  ['sk as a language', 'sk-SK', 'locale'],
];
it.each(harmless)('does not suspect %s', (_, text, key) => expect(secretReason(text, key)).toBeUndefined());

it.each(
  (
    'password passwords password_1 db_pwd pwd pw smtp_pass passphrase auth_key secret_key api_keys api_key_2 ' +
    'client_secret_value access_tokens token2 dbPassword2 JWT_SECRET credentials'
  ).split(' '),
)('%s names a secret', (key) => expect(isSecretKey(key)).toBe(true));

it.each(
  (
    'max_tokens max_token token_limit tokens top_k key keys_per_page monkey keyboard password_env api_key_2_env ' +
    'public_key sort_key first_pass passes compass_value secret_count'
  ).split(' '),
)('%s does not name a secret', (key) => expect(isSecretKey(key)).toBe(false));

it.each([
  ['with two slashes', 'https://ada:hunter2@host/x', ['hunter2']],
  ['with one slash, as in a path', '/srv/https:/ada:hun$ter2@host/x', ['hun$ter2']],
  ['without a password', 'https://ada@host:80/x', []],
  ['with a place for a password', 'https://ada:$PASSWORD@host', []],
])('finds the password in a URL %s', (_, text, want) => expect(secretParts(text)).toEqual(want));
