import { type Problem, problemAt } from '../../../diagnostic.ts';
import { isEnvKey, isLongForm } from '../../../manifest/configuration.ts';
import { semanticChecks } from '../../../manifest/meaning.ts';
import type { Manifest } from '../../../manifest/schema.ts';
import { knownSecretReason, mayHoldKnownSecret, secretReason } from '../../../text/secrets.ts';
import type { ManifestRule } from '../../rule.ts';

export const configurationValue: ManifestRule = {
  id: 'configuration',
  kind: 'manifest',
  severity: 'error',
  summary: 'a setting contradicts itself, or the standard setting of the same name',
  why: 'A module with a setting whose default is outside its range does not load.',
  check: ({ parts }) => semanticChecks.configuration(parts),
};

export const envName: ManifestRule = {
  id: 'env-name',
  kind: 'manifest',
  severity: 'error',
  summary: 'the value of a key that ends in _env is not the name of an environment variable',
  why: 'Such a key holds the name of an environment variable, which the module reads when it starts.',
  check: ({ parts }) => semanticChecks['env-name'](parts),
};

export const secretDefault: ManifestRule = {
  id: 'secret-default',
  kind: 'manifest',
  severity: 'error',
  summary: 'a setting is marked as a secret but has a value in the manifest',
  why: 'The manifest is in version control, so the secret would be too.',
  check: ({ parts }) => semanticChecks['secret-default'](parts),
};

export const secretValue: ManifestRule = {
  id: 'secret-value',
  kind: 'manifest',
  severity: 'error',
  summary: 'a value looks like a key, a token or a password',
  why: 'The manifest is in version control and in reports. A secret that was ever in it must be replaced.',
  check: ({ parts }) =>
    textsOf(parts).flatMap(({ path, key, text, isFree }): Problem[] => {
      const reason = isFree ? secretReason(text, key) : knownSecretReason(text);
      if (reason === undefined) return [];
      const name = key.endsWith('_key') || key.endsWith('_token') ? `${key}_env` : 'a key that ends in _env';
      const hint = `Revoke it. Store the new one in an environment variable, and set ${name} to the name of that variable.`;
      return [problemAt(path, `${path.join('.')} ${reason}`, hint)];
    }),
};

interface Text {
  readonly path: readonly (string | number)[];
  /** The key of the setting that has this value; empty for other texts. */
  readonly key: string;
  readonly text: string;
  /** Whether random characters suggest a secret: true for prose and values, false for names, which can look random. */
  readonly isFree: boolean;
}

function textsOf({ description, author, configuration, ...names }: Manifest): Text[] {
  // Most manifests contain no such text: then this avoids collecting the paths of their values.
  const found: Text[] = mayHoldKnownSecret(JSON.stringify(names)) ? textsIn(names, []) : [];
  const add = (path: Text['path'], key: string, value: unknown) => {
    if (typeof value !== 'string' && typeof value !== 'number') return;
    const text = String(value);
    if (!(isEnvKey(key) && isName(text))) found.push({ path, key, text, isFree: true });
  };
  const addAll = (path: Text['path'], key: string, value: unknown) => {
    if (Array.isArray(value)) for (const [index, item] of value.entries()) add([...path, index], key, item);
    else add(path, key, value);
  };
  add(['description'], '', description);
  add(['author'], '', author);
  for (const [key, value] of Object.entries(configuration)) {
    found.push({ path: ['configuration', key], key: '', text: key, isFree: false });
    if (!isLongForm(value)) addAll(['configuration', key], key, value);
    else {
      // `secret-default` reports a setting that is marked as a secret.
      if (!value.secret || isEnvKey(key)) addAll(['configuration', key, 'default'], key, value.default);
      add(['configuration', key, 'description'], '', value.description);
      for (const [index, text] of (value.enum ?? []).entries()) add(['configuration', key, 'enum', index], '', text);
    }
  }
  return found;
}

function textsIn(value: unknown, path: Text['path']): Text[] {
  if (typeof value === 'string') return [{ path, key: '', text: value, isFree: false }];
  if (Array.isArray(value)) return value.flatMap((one, index) => textsIn(one, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => textsIn(one, [...path, name]));
}

function isName(text: string): boolean {
  return /^[A-Z_][A-Z0-9_]*$/.test(text) && text.includes('_');
}
