import type { ReportedRule } from '../rule.ts';

export const aliasBomb: ReportedRule = {
  id: 'alias-bomb',
  kind: 'reported',
  severity: 'error',
  isAlwaysError: true,
  summary: 'aliases expand to too many values',
  why: 'A few lines of aliases can expand to more values than fit in memory.',
};

export const duplicateKey: ReportedRule = {
  id: 'duplicate-key',
  kind: 'reported',
  severity: 'error',
  isAlwaysError: true,
  summary: 'a mapping has the same key twice',
  why: 'YAML forbids duplicate keys. Parsers that accept them use the last value and ignore the first.',
};

export const invalidKey: ReportedRule = {
  id: 'invalid-key',
  kind: 'reported',
  severity: 'error',
  isAlwaysError: true,
  summary: 'the key of a setting is not a valid name',
  why: 'Every setting becomes a class field and an environment variable.',
};

export const invalidValue: ReportedRule = {
  id: 'invalid-value',
  kind: 'reported',
  severity: 'error',
  isAlwaysError: true,
  summary: 'a value has the correct type but is invalid',
  why: 'Code is generated from the value: names become identifiers, endpoints become routes.',
};

export const missingKey: ReportedRule = {
  id: 'missing-key',
  kind: 'reported',
  severity: 'error',
  isAlwaysError: true,
  summary: 'a required field is missing',
  why: 'Hosts do not load a module without it.',
};

export const moreFindings: ReportedRule = {
  id: 'more-findings',
  kind: 'reported',
  severity: 'error',
  isAlwaysError: true,
  summary: 'a file has more than 50 diagnostics; the others are only counted',
  why: 'In a long list, the first diagnostics are hard to find, and they often cause the others.',
};

export const severalDocuments: ReportedRule = {
  id: 'several-documents',
  kind: 'reported',
  severity: 'error',
  isAlwaysError: true,
  summary: 'the file contains more than one YAML document',
  why: 'A manifest is one document. Some readers use only the first one, others refuse the file.',
};

export const syntax: ReportedRule = {
  id: 'syntax',
  kind: 'reported',
  severity: 'error',
  isAlwaysError: true,
  summary: 'the text is not valid YAML',
  why: 'A host reads the manifest when it starts. A module whose manifest cannot be parsed does not load.',
};

export const tooDeep: ReportedRule = {
  id: 'too-deep',
  kind: 'reported',
  severity: 'error',
  isAlwaysError: true,
  summary: 'values are nested more than 100 levels deep',
  why: 'Deep nesting can crash the process that reads it. A manifest needs four levels.',
};

export const unknownKey: ReportedRule = {
  id: 'unknown-key',
  kind: 'reported',
  severity: 'error',
  isAlwaysError: true,
  summary: 'the field does not exist',
  why: 'Usually it is misspelt. Unknown fields have no effect, so they are refused.',
};

export const unreadable: ReportedRule = {
  id: 'unreadable',
  kind: 'reported',
  severity: 'error',
  isAlwaysError: true,
  summary: 'the file cannot be read: it is binary, not UTF-8, larger than 1 MB, missing or locked',
  why: 'A file that cannot be read is not checked. The other manifests are.',
};

export const unusedIgnore: ReportedRule = {
  id: 'unused-ignore',
  kind: 'reported',
  severity: 'warning',
  isAlwaysError: false,
  summary: 'an ignore, in a comment or in ai-modules.yaml, matches no diagnostic',
  why: 'It would hide the next diagnostic of that rule there.',
};

export const wrongType: ReportedRule = {
  id: 'wrong-type',
  kind: 'reported',
  severity: 'error',
  isAlwaysError: true,
  summary: 'a value has the wrong type, for example a list instead of a string',
  why: 'YAML reads a version such as 1.10 as the number 1.1, so it must be in quotes.',
};
