import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { DOMParser, type Element } from '@xmldom/xmldom';
import type { OwnTests } from './application.ts';

export type Outcome = 'passed' | 'failed' | 'skipped';

/** The outcome of each test by its id: names of file or suites, then its own, separated by ` > `. */
export type Results = ReadonlyMap<string, Outcome>;

export function readResults(format: OwnTests['format'], report: string, folder: string): Results {
  const text = readFileSync(report, 'utf8');
  const found = format === 'jest' ? ofJest(text, folder) : ofJunit(text);
  const results = new Map(found);
  if (results.size !== found.length) throw new Error(`Two tests have the same id: ${twice(found.map(([id]) => id))}`);
  return results;
}

interface JestReport {
  readonly testResults: ReadonlyArray<{
    readonly name: string;
    readonly message: string;
    readonly assertionResults: ReadonlyArray<{ readonly fullName: string; readonly status: string }>;
  }>;
}

function ofJest(text: string, folder: string): [string, Outcome][] {
  const { testResults } = JSON.parse(text) as JestReport;
  return testResults.flatMap(({ name, message, assertionResults }) => {
    const file = relative(folder, name);
    if (assertionResults.length === 0) throw new Error(`${file} ran no test: ${message}`);
    return assertionResults.map(({ fullName, status }): [string, Outcome] => [
      `${file} > ${fullName}`,
      status === 'passed' || status === 'failed' ? status : 'skipped',
    ]);
  });
}

function ofJunit(text: string): [string, Outcome][] {
  const document = new DOMParser().parseFromString(text, 'text/xml');
  return [...document.getElementsByTagName('testcase')].map((test) => {
    const has = (tag: string) => test.getElementsByTagName(tag).length > 0;
    const outcome = has('failure') || has('error') ? 'failed' : has('skipped') ? 'skipped' : 'passed';
    return [[...suitesOf(test), test.getAttribute('name')].join(' > '), outcome];
  });
}

/** pytest names the class and the module; node:test nests suites, and its class name is always `test`. */
function suitesOf(test: Element): string[] {
  const className = test.getAttribute('classname') ?? 'test';
  if (className !== 'test') return [className];
  const names: string[] = [];
  for (let at = test.parentNode as Element | null; at?.nodeName === 'testsuite'; at = at.parentNode as Element | null) {
    names.unshift(at.getAttribute('name') ?? '');
  }
  return names;
}

const twice = (ids: readonly string[]): string => ids.filter((id, index) => ids.indexOf(id) !== index).join(', ');
