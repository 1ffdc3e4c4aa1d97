/** Raised when a field is removed or changes its meaning. */
const schemaVersion = 1;

/** What `--json` prints, as docs/schema/output.schema.json describes it: every document says what it is. */
export function jsonDocument(command: string, fields: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify({ schemaVersion, command, ...fields }, null, 2)}\n`;
}
