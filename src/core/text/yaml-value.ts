import { CORE_SCHEMA, load } from 'js-yaml';

/** The fast reader, for text whose places nobody will ask for. Throws on anything that is not one YAML document. */
export function readYaml(text: string): unknown {
  return load(text, { schema: CORE_SCHEMA });
}
