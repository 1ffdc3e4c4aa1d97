import type { Diagnostic } from '../../diagnostic.ts';
import type { Rule } from '../../lint/rule.ts';
import { rules } from '../../lint/rules.ts';
import type { CheckReport } from '../check-report.ts';

/** SARIF 2.1.0, the OASIS format that code scanning tools read. */
export function diagnosticsToSarif(report: CheckReport): string {
  const used = rules.filter(({ id }) => report.diagnostics.some((one) => one.rule === id));
  const run = {
    tool: {
      driver: {
        name: 'create-ai-module',
        version: report.version,
        rules: used.map((rule) => descriptorOf(rule, report)),
      },
    },
    columnKind: 'utf16CodeUnits',
    results: report.diagnostics.map((one) => resultOf(one, used)),
  };
  const log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] };
  return `${JSON.stringify(log, null, 2)}\n`;
}

/** The repository; replace OWNER here and in README.md. */
const repository = 'https://github.com/OWNER/create-ai-module';

function descriptorOf({ id, severity, summary, why }: Rule, { version }: CheckReport) {
  return {
    id,
    helpUri: `${repository}/blob/v${version}/docs/rules.md#${id}`,
    shortDescription: { text: `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.` },
    fullDescription: { text: why },
    defaultConfiguration: { level: severity },
  };
}

function resultOf({ rule, severity, file, range, message, hint, fix }: Diagnostic, used: readonly Rule[]) {
  const artifactLocation = { uri: uriOf(file) };
  const region = range && {
    startLine: range.start.line,
    startColumn: range.start.column,
    endLine: range.end.line,
    endColumn: range.end.column,
  };
  // SARIF has no offset for the byte order mark, which is before the first character.
  const replacement = fix &&
    fix.from >= 0 && {
      deletedRegion: { charOffset: fix.from, charLength: fix.to - fix.from },
      insertedContent: { text: fix.text },
    };
  return {
    ruleId: rule,
    ruleIndex: used.findIndex(({ id }) => id === rule),
    level: severity,
    message: { text: hint === undefined ? message : `${message}. ${hint}` },
    locations: [{ physicalLocation: { artifactLocation, ...(region && { region }) } }],
    ...(replacement && { fixes: [{ artifactChanges: [{ artifactLocation, replacements: [replacement] }] }] }),
  };
}

/** Keeps relative paths: tools that read the log know the root of the repository. */
function uriOf(file: string): string {
  const encoded = file.split('/').map(encodeURIComponent).join('/');
  return file.startsWith('/') ? `file://${encoded}` : encoded;
}
