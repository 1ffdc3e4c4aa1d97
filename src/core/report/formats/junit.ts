import type { Diagnostic } from '../../diagnostic.ts';
import type { CheckReport } from '../check-report.ts';

/**
 * JUnit's XML: a test for each diagnostic, and a passing one for each file without any. Jenkins validates it against
 * junit-10.xsd, which has no attributes for the file and line of a test case.
 */
export function diagnosticsToJunit(report: CheckReport): string {
  const isFailure = ({ severity }: Diagnostic) => severity === 'error' || report.isStrict;
  const reported = new Set(report.diagnostics.map(({ file }) => file));
  const clean = report.files.filter((file) => !reported.has(file));
  const cases = [
    ...report.diagnostics.map((one) => caseOf(one, isFailure(one))),
    ...clean.map((file) => `    <testcase classname="${xml(file)}" name="valid"/>`),
  ];
  const counts = `tests="${cases.length}" failures="${report.diagnostics.filter(isFailure).length}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="create-ai-module" ${counts}>`,
    `  <testsuite name="validate" ${counts} errors="0" skipped="0">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function caseOf({ file, rule, range, message, hint }: Diagnostic, isFailure: boolean): string {
  const place = range ? `${range.start.line}:${range.start.column}` : '';
  const text = [`${file}${place && `:${place}`}: ${message}`, ...(hint === undefined ? [] : [hint])].join('\n');
  const inner = isFailure
    ? `<failure message="${xml(message)}" type="${rule}">${xml(text)}</failure>`
    : `<system-out>${xml(`warning: ${text}`)}</system-out>`;
  return `    <testcase classname="${xml(file)}" name="${xml([rule, place].join(' ').trim())}">${inner}</testcase>`;
}

/** XML cannot hold every character, not even escaped. */
function xml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?')
    .replace(/[&<>"]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[char] ?? char);
}
