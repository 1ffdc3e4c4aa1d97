// The keys of pack.yaml, the helpers with what they really print, and the fields that templates see.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { code, table } from './markdown.mjs';
import { documentedMembers, root, source } from './source.mjs';

/** The example of each helper: its arguments as written in a template, then as values. */
const samples = {
  camel: ['name', 'document_search'],
  pascal: ['name', 'document_search'],
  kebab: ['name', 'document_search'],
  snake: ['className', 'DocumentSearch'],
  upper: ['name', 'document_search'],
  ts: ['description', 'It\'s "fine"'],
  tsList: ['enum', ['fast', 3]],
  py: ['description', 'It\'s "fine"'],
  json: ['description', 'It\'s "fine"'],
  yaml: ['description', 'on'],
  yamlEntry: ['"input" manifest.input', 'input', { type: 'object', properties: { text: { type: 'string' } } }],
  yamlItem: ['this 2', { event: 'invoices.approved' }, 2],
  toml: ['description', 'It\'s "fine"'],
  md: ['description', '*Not* <b>'],
  line: ['description', 'Two\nlines'],
  jsdoc: ['description', 'Ends */ here'],
  docstring: ['description 4', 'Says """', 4],
  fits: ['"import { " name " }"', 'import { ', 'document_search', ' }'],
  when: ['parameters ", " handler', ['job_id'], ', ', 'preview'],
  join: ['manifest.permissions_required ", "', ['a:read', 'a:create'], ', '],
  eq: ['provider "openai"', 'local', 'openai'],
  has: ['dependencies.services "redis"', ['redis'], 'redis'],
  not: ['extraEndpoints', []],
  or: ['endpoint.list extraEndpoints', null, []],
};

const contexts = [
  ['A module', 'src/core/pack/context/context.ts', 'export interface Context'],
  ['An endpoint', 'src/core/pack/context/endpoint-context.ts', 'export interface EndpointContext'],
  ['A permission', 'src/core/pack/context/endpoint-context.ts', 'export interface PermissionContext'],
  ['An event', 'src/core/pack/context/endpoint-context.ts', 'export interface EventContext'],
  ['A setting', 'src/core/pack/context/setting-context.ts', 'export interface SettingContext'],
  ['The file with the types', 'src/core/pack/context/schemas-context.ts', 'export interface SchemasContext'],
  ['A key with types', 'src/core/pack/context/schemas-context.ts', 'export interface TypeKeyContext'],
  ['An entry of `configuration`', 'src/core/pack/context/setting-context.ts', 'export interface ConfigurationContext'],
  ['The runtime', 'src/core/pack/runtime.ts', 'export interface RuntimeContext'],
  ['A host', 'src/core/pack/render-host.ts', 'export interface HostContext'],
];

export const packParts = {
  'pack-rules': () =>
    table(
      ['rule', 'what it reports'],
      Object.entries(source.packRules).map(([rule, summary]) => [code(rule), summary]),
    ),
  'pack-keys': async () => keyTable('src/core/pack/pack-meta.ts', 'export const PackMetaSchema'),
  'reserved-names': async () => {
    const rows = (await bundledPacks()).flatMap(({ name: stack, reserved_names: names }) =>
      Object.entries(names).map(([name, reason]) => [code(stack), code(name), `${reason}.`]),
    );
    return table(['stack', 'name', 'reason'], rows);
  },
  helpers: async () => {
    const meanings = await documentedMembers('src/core/pack/helpers.ts', 'export const helpers');
    return table(
      ['helper', 'gives', 'for', 'prints'],
      meanings.map(({ path, comment }) => {
        if (!Object.hasOwn(samples, path)) throw new Error(`scripts/docs/packs.mjs has no sample of ${path}`);
        const [written, ...values] = samples[path];
        const given = values.map((value) => code(JSON.stringify(value))).join(', ');
        // Handlebars passes options as the last argument.
        const printed = source.helpers[path](...values, {});
        return [code(`{{${path} ${written}}}`), comment, given, code(printed)];
      }),
    );
  },
  'context-fields': async () => {
    const parts = contexts.map(async ([title, path, declaration]) => {
      const members = await documentedMembers(path, declaration);
      const rows = members.map((member) => [code(member.path), code(typeOf(member.type)), member.comment]);
      return `### ${title}\n\n${table(['field', 'type', 'what it is'], rows)}`;
    });
    return (await Promise.all(parts)).join('\n\n');
  },
};

/** A table of the keys of a YAML file, from the declaration of its schema. */
export async function keyTable(path, declaration) {
  const members = await documentedMembers(path, declaration);
  const rows = members.map(({ path: key, type, comment }) => {
    return [code(key), /^z\.(optional|_default)\b/.test(type) ? 'no' : 'yes', comment];
  });
  return table(['key', 'required', 'meaning'], rows);
}

export async function bundledPacks() {
  const templates = new URL('templates/', root);
  const names = (await readdir(templates).catch(() => []))
    .sort()
    .filter((name) => existsSync(new URL(`${name}/pack.yaml`, templates)));
  return Promise.all(
    names.map(async (name) =>
      source.parsePackMeta(await readFile(new URL(`${name}/pack.yaml`, templates), 'utf8'), name),
    ),
  );
}

function typeOf(type) {
  return type.replace(/;$/, '').replaceAll('readonly ', '');
}
