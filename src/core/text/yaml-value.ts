import { readPlainYaml } from './plain-yaml.ts';
import { parseYaml } from './yaml-source.ts';

/** A text that is not one YAML document; the message ends with the line. */
export class YamlError extends Error {
  readonly line: number;

  constructor(message: string, line: number) {
    super(`${message} (line ${line})`);
    this.line = line;
  }
}

/** The value of a YAML text, for callers that need no positions: plain text is read fast, any other exactly. */
export async function readYaml(text: string): Promise<unknown> {
  const plain = readPlainYaml(text);
  if (plain) return plain.value;
  const { value, problems } = await parseYaml(text);
  const [first] = problems;
  if (first) throw new YamlError(first.message, first.range.start.line);
  return value ?? null;
}
