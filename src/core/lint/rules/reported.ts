import type { ReportedRule } from '../rule.ts';

/** Rules without a check, by the id that the YAML reader, the schema and the run report. */
export const reportedRules: readonly ReportedRule[] = [
  ...alwaysErrors([
    {
      id: 'alias-bomb',
      summary: 'aliases expand to too many values',
      why: 'A few lines of aliases can expand to more values than fit in memory.',
    },
    {
      id: 'duplicate-key',
      summary: 'a mapping has the same key twice',
      why: 'YAML forbids duplicate keys. Parsers that accept them use the last value and ignore the first.',
    },
    {
      id: 'invalid-key',
      summary: 'the key of a setting is not a valid name',
      why: 'Every setting becomes a class field and an environment variable.',
    },
    {
      id: 'invalid-value',
      summary: 'a value has the correct type but is invalid',
      why: 'Code is generated from the value: names become identifiers, endpoints become routes.',
    },
    {
      id: 'missing-key',
      summary: 'a required field is missing',
      why: 'Hosts do not load a module without it.',
    },
    {
      id: 'more-findings',
      summary: 'a file has more than 50 diagnostics; the others are only counted',
      why: 'In a long list, the first diagnostics are hard to find, and they often cause the others.',
    },
    {
      id: 'several-documents',
      summary: 'the file contains more than one YAML document',
      why: 'A manifest is one document. Some parsers read only the first document, and others reject the file.',
    },
    {
      id: 'syntax',
      summary: 'the text is not valid YAML',
      why: 'A host reads the manifest when it starts. A module whose manifest cannot be parsed does not load.',
    },
    {
      id: 'too-deep',
      summary: 'values are nested more than 100 levels deep',
      why: 'Deep nesting can crash the process that reads it. A manifest needs four levels.',
    },
    {
      id: 'unknown-key',
      summary: 'a field is unknown',
      why: 'An unknown field has no effect. Usually its name is misspelt.',
    },
    {
      id: 'unreadable',
      summary: 'the file cannot be read: it is binary, not UTF-8, larger than 1 MB, missing or locked',
      why: 'A file that cannot be read is not checked. Other manifests are still checked.',
    },
    {
      id: 'wrong-type',
      summary: 'a value has the wrong type, for example a list instead of a string',
      why: 'YAML reads a version such as 1.10 as the number 1.1, so it must be in quotes.',
    },
  ]),
  {
    id: 'unused-ignore',
    kind: 'reported',
    severity: 'warning',
    isAlwaysError: false,
    summary: 'an ignore, in a comment or in ai-modules.yaml, matches no diagnostic',
    why: 'It would hide the next diagnostic of that rule there.',
  },
];

function alwaysErrors(rules: readonly Pick<ReportedRule, 'id' | 'summary' | 'why'>[]): ReportedRule[] {
  return rules.map((rule) => ({ ...rule, kind: 'reported', severity: 'error', isAlwaysError: true }));
}
