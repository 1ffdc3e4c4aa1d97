// The manifest's fields, each with an example that is accepted, and the message for one that is not.
import { parse as readYaml } from 'yaml';

import { code, fence, table } from './markdown.mjs';
import { source } from './source.mjs';

const { endpointDocs, eventDocs, fieldDocs, resourceDocs, settingDocs, standardSettings, ManifestSchema } = source;

/** A manifest with the required fields only, and what the examples need. */
const least = {
  name: 'document_search',
  version: '1.0.0',
  description: 'Finds documents by meaning.',
  author: 'Ada Lovelace',
  class_name: 'DocumentSearchModule',
};
const allPermissions = ['create', 'read', 'delete', 'admin'].map((role) => `${least.name}:${role}`);

const flawed = `name: document_search
version: 1.10
description: Finds documents by meaning.
author: Ada Lovelace
class_name: DocumentSearchModule
endpoints:
  - POST /process
  - GET /documents/{document_id}
permissions_required:
  - document_search:create
event_emitted:
  - document_search.started
configuration:
  top_k: {type: integer, default: 500, maximum: 50}
`;

export const manifestParts = {
  'manifest-fields': () => Object.entries(fieldDocs).map(fieldSection).join('\n\n'),
  'manifest-resources': () =>
    table(
      ['key', 'meaning', 'default', 'example', 'not accepted'],
      Object.entries(resourceDocs).map(([key, doc]) => {
        const place = (value) => ({ ...least, resources: { [key]: value } });
        return [code(key), doc.meaning, code(defaultOf('resources')[key]), code(doc.example), refusal(doc, place)];
      }),
    ),
  'manifest-settings': () =>
    table(
      ['key', 'meaning', 'example', 'not accepted'],
      Object.entries(settingDocs).map(([key, doc]) => {
        const isOfList = ['items', 'minItems', 'maxItems'].includes(key);
        const rest = isOfList ? { type: 'array', items: { type: 'string' } } : { type: 'integer' };
        const place = (value) => ({
          ...least,
          configuration: { [isOfList ? 'tags' : 'top_k']: { ...rest, [key]: value } },
        });
        return [code(key), doc.meaning, code(doc.example), refusal(doc, place)];
      }),
    ),
  'manifest-endpoints': () => {
    const rest = { types: readYaml(fieldDocs.types.example), permissions_required: allPermissions };
    return longForm(endpointDocs, (entry) => ({
      ...least,
      ...rest,
      endpoints: [{ endpoint: 'POST /preview', ...entry }],
    }));
  },
  'manifest-events': () =>
    longForm(eventDocs, (entry) => ({ ...least, events_emitted: [{ event: 'document_search.read', ...entry }] })),
  'type-keywords': () =>
    table(
      ['keyword', 'meaning'],
      Object.entries(source.typeDefinition.properties).map(([keyword, { description }]) => [
        code(keyword),
        description,
      ]),
    ),
  'standard-settings': () =>
    table(
      ['key', 'type', 'default', 'range', 'meaning'],
      Object.entries(standardSettings).map(([key, setting]) => [
        code(key),
        setting.type,
        code(setting.default),
        rangeOf(setting),
        setting.description,
      ]),
    ),
  'flawed-manifest': async () => {
    const file = 'manifest.yaml';
    const { diagnostics } = await source.parseManifest(flawed, file);
    const report = source.reportDiagnostics(diagnostics, new Map([[file, flawed]]), source.plain);
    return `${fence('yaml', flawed)}\n\n${fence('text', report)}`;
  },
};

function longForm(docs, place) {
  return table(
    ['key', 'meaning', 'example', 'not accepted'],
    Object.entries(docs).map(([key, doc]) => [
      code(key),
      doc.meaning,
      code(doc.example),
      refusal(doc, (value) => place({ [key]: value })),
    ]),
  );
}

function fieldSection([field, doc]) {
  const place = (value) => ({ ...least, permissions_required: allPermissions, [field]: value });
  const initial = Object.hasOwn(least, field)
    ? 'required'
    : defaultOf(field) === undefined
      ? 'optional'
      : `default ${code(JSON.stringify(defaultOf(field)))}`;
  return [
    `### \`${field}\``,
    `${kindOf(ManifestSchema.shape[field])}, ${initial}. ${doc.meaning}`,
    fence('yaml', `${field}: ${doc.example}`),
    `${refusal(doc, place)}`,
  ].join('\n\n');
}

/** The tool's message for the refused value; an example that is not accepted is a mistake of the documentation. */
function refusal({ example, refused }, place) {
  const accepted = source.checkManifestValue(place(readYaml(example)));
  if (!accepted.manifest) throw new Error(`the example ${example} is refused: ${accepted.problems[0].message}`);
  const [problem] = source.checkManifestValue(place(readYaml(refused))).problems;
  if (!problem) throw new Error(`the value ${refused} is accepted`);
  return `${code(refused)}: ${problem.message}.`;
}

function defaultOf(field) {
  return ManifestSchema.parse({ ...least, name: 'document_search' })[field];
}

function kindOf(schema) {
  const { type, innerType } = schema.def;
  if (type === 'default' || type === 'optional') return kindOf(innerType);
  return { unknown: 'Mapping', string: 'String', array: 'List', object: 'Mapping', record: 'Mapping' }[type];
}

function rangeOf({ minimum, maximum, enum: values }) {
  if (values) return values.map(code).join(', ');
  return minimum === undefined ? '' : `${minimum} to ${maximum}`;
}
