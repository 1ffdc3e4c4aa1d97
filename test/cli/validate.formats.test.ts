import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DOMParser, type Element } from '@xmldom/xmldom';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { rules } from '../../src/core/lint/rules.ts';
import { runIn } from './fake-io.ts';

/**
 * The part of junit-10.xsd of Jenkins' xUnit plugin for the elements of the report: children, required attributes and
 * optional attributes.
 */
const strictJunit: Readonly<Record<string, readonly [children: string, required: string, optional: string]>> = {
  testsuites: ['testsuite', '', 'name time tests failures errors'],
  testsuite: [
    'testsuite properties testcase system-out system-err',
    'name tests failures errors',
    'group time skipped timestamp hostname id package file log url',
  ],
  testcase: [
    'skipped error failure rerunFailure rerunError flakyFailure flakyError system-out system-err',
    'name',
    'time classname group',
  ],
  failure: ['', '', 'type message'],
  'system-out': ['', '', ''],
};

function strictFaults(element: Element): string[] {
  const name = element.tagName;
  const [children = '', required = '', optional = ''] = strictJunit[name] ?? [];
  const attributes = [...element.attributes].map((attribute) => attribute.name);
  const inner = [...element.childNodes].filter((node): node is Element => node.nodeType === node.ELEMENT_NODE);
  const words = (list: string) => list.split(' ').filter(Boolean);
  return [
    ...(Object.hasOwn(strictJunit, name) ? [] : [`unknown ${name}`]),
    ...attributes.filter((one) => !words(`${required} ${optional}`).includes(one)).map((one) => `${name} has ${one}`),
    ...words(required)
      .filter((one) => !attributes.includes(one))
      .map((one) => `${name} lacks ${one}`),
    ...inner.filter((one) => !words(children).includes(one.tagName)).map((one) => `${name} holds ${one.tagName}`),
    ...inner.flatMap(strictFaults),
  ];
}

const fixtures = fileURLToPath(new URL('../fixtures/rules/', import.meta.url));
/** validate.against.test.ts has those that compare with a git ref. */
const ids = rules.filter(({ kind }) => kind !== 'against').map(({ id }) => id);
const schemaAt = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const printed = async (format: string, flags: readonly string[] = []) =>
  (await runIn(fixtures, ['validate', ...ids.map((id) => `${id}/bad`), '--format', format, ...flags])).out;

/** The diagnostics of all fixtures: at least one of each rule. */
const findings = JSON.parse(await printed('json')) as {
  errors: number;
  warnings: number;
  files: string[];
  diagnostics: { rule: string; severity: string; file: string; message: string; range?: object }[];
};

it('the fixtures have a diagnostic of every rule', () => {
  expect([...new Set(findings.diagnostics.map(({ rule }) => rule))].sort()).toEqual([...ids].sort());
});

describe('--format json', () => {
  it('matches its published schema', () => {
    const validate = new Ajv({ allErrors: true }).compile(schemaAt('../../docs/schema/diagnostics.schema.json'));
    expect(validate(findings) || validate.errors).toBe(true);
    expect(validate({ ...findings, diagnostics: [{ rule: 'syntax' }] })).toBe(false);
  });

  it('counts errors and warnings', () => {
    const count = (severity: string) => findings.diagnostics.filter((one) => one.severity === severity).length;
    expect([findings.errors, findings.warnings]).toEqual([count('error'), count('warning')]);
  });
});

describe('--format sarif', () => {
  const { $schema: _, id, ...schema } = schemaAt('../fixtures/sarif/sarif-2.1.0-rtm.5.json');
  const formats = { uri: URL.canParse, 'uri-reference': true, 'date-time': true } as const;
  const validate = new Ajv({ strict: false, allErrors: true, formats, unicodeRegExp: false }).compile(schema);

  it('is valid SARIF 2.1.0', async () => {
    const log = JSON.parse(await printed('sarif'));
    expect(id).toContain('sarif-2.1.0');
    expect(validate(log) || validate.errors?.slice(0, 3)).toBe(true);
    expect(validate({ ...log, version: '2.2.0' })).toBe(false);
  });

  it('has every diagnostic and its rule', async () => {
    const [run] = JSON.parse(await printed('sarif')).runs;
    const reported = run.results.map((result: { ruleId: string; level: string }) => [result.ruleId, result.level]);
    expect(reported).toEqual(findings.diagnostics.map(({ rule, severity }) => [rule, severity]));
    for (const { ruleId, ruleIndex } of run.results) expect(run.tool.driver.rules[ruleIndex].id).toBe(ruleId);
  });

  it('links every rule to its section of docs/rules.md', async () => {
    const page = readFileSync(new URL('../../docs/rules.md', import.meta.url), 'utf8');
    const log = JSON.parse(await printed('sarif'));
    const described: { id: string; helpUri: string }[] = log.runs[0].tool.driver.rules;
    expect(described.map(({ id }) => id).sort()).toEqual([...ids].sort());
    for (const { id, helpUri } of described) {
      expect(new URL(helpUri)).toMatchObject({ pathname: expect.stringMatching(/\/docs\/rules\.md$/), hash: `#${id}` });
      expect(page).toContain(`\n### ${id}\n`);
    }
    described[0] = { id: 'syntax', helpUri: 'docs/rules.md#syntax' };
    expect(validate(log)).toBe(false);
  });

  it('in a workflow has paths from the root of the repository', async () => {
    const env = { GITHUB_WORKSPACE: fixtures };
    const { out } = await runIn(`${fixtures}/unknown-key/bad`, ['validate', '.', '--format=sarif'], { env });
    const [result] = JSON.parse(out).runs[0].results;
    expect(result.locations[0].physicalLocation.artifactLocation.uri).toBe('unknown-key/bad/ocr/manifest.yaml');
  });

  it('has the position and the fix', async () => {
    const { out } = await runIn(`${fixtures}/unknown-key/bad`, ['validate', '.', '--format=sarif']);
    const [result] = JSON.parse(out).runs[0].results;
    expect(result.locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: 'ocr/manifest.yaml' },
      region: { startLine: 3, startColumn: 1, endLine: 3, endColumn: 11 },
    });
    expect(result.fixes[0].artifactChanges[0].replacements[0].insertedContent.text).toBe('description');
  });
});

describe('--format junit', () => {
  const parse = (xml: string) => {
    const fail = (level: string, message: string) => {
      throw new Error(`${level}: ${message}`);
    };
    return new DOMParser({ onError: fail }).parseFromString(xml, 'text/xml');
  };

  it('is well-formed and has correct counts', async () => {
    const xml = parse(await printed('junit'));
    const suite = xml.getElementsByTagName('testsuite')[0];
    expect(suite?.getAttribute('failures')).toBe(String(findings.errors));
    expect(xml.getElementsByTagName('failure').length).toBe(findings.errors);
    expect(xml.getElementsByTagName('system-out').length).toBe(findings.warnings);
    expect(suite?.getAttribute('tests')).toBe(String(xml.getElementsByTagName('testcase').length));
  });

  it.each<[string, readonly string[]]>([
    ['', []],
    [' with --strict', ['--strict']],
  ])('conforms to junit-10.xsd of Jenkins%s', async (_, flags) => {
    const xml = parse(await printed('junit', flags));
    expect(strictFaults(xml.documentElement as Element)).toEqual([]);
    xml.getElementsByTagName('testcase')[0]?.setAttribute('line', '1');
    expect(strictFaults(xml.documentElement as Element)).toEqual(['testcase has line']);
  });

  it('with --strict has a failure for a warning', async () => {
    const xml = parse(await printed('junit', ['--strict']));
    expect(xml.getElementsByTagName('failure').length).toBe(findings.diagnostics.length);
  });

  it('has a passing test for a manifest without diagnostics', async () => {
    const { out } = await runIn(`${fixtures}/unknown-key/ok`, ['validate', '.', '--format', 'junit']);
    expect(out).toContain('<testcase classname="ocr/manifest.yaml" name="valid"/>');
  });

  it('holds any text', async () => {
    const stdin = 'name: "\\u0007<&]]>\\"\\ud83d\\ude00"\n"\\u0001é\\uffff": 1\n';
    const { out } = await runIn(fixtures, ['validate', '-', '--format', 'junit'], { stdin });
    expect(parse(out).getElementsByTagName('failure').length).toBeGreaterThan(1);
  });
});

describe('--format github', () => {
  const command =
    /^::(error|warning) file=[^,:]+(,line=\d+,endLine=\d+(,col=\d+,endColumn=\d+)?)?,title=[a-z-]+::[^\n]+$/;

  it('prints a command for each diagnostic, and a summary', async () => {
    const lines = (await printed('github')).trimEnd().split('\n');
    expect(lines.slice(0, -1).filter((line) => !command.test(line))).toEqual([]);
    expect(lines).toHaveLength(findings.diagnostics.length + 1);
    expect(lines.at(-1)).toMatch(/^\d+ errors and \d+ warnings in \d+ manifests$/);
  });

  it('is the default in a workflow, with paths from the root of the repository', async () => {
    const env = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: fixtures };
    const { out } = await runIn(`${fixtures}/unknown-key/bad`, ['validate', '.'], { env });
    expect(out).toBe(
      '::error file=unknown-key/bad/ocr/manifest.yaml,line=3,endLine=3,col=1,endColumn=11,title=unknown-key::' +
        'unknown key "descripton"%0ADid you mean description?\n1 error in 1 manifest\n',
    );
  });

  it('gives way to --format', async () => {
    const { out } = await runIn(`${fixtures}/unknown-key/bad`, ['validate', '.', '--format', 'pretty'], {
      env: { GITHUB_ACTIONS: 'true' },
    });
    expect(out).toContain('unknown key "descripton" (unknown-key)');
  });
});

describe('a secret', () => {
  it.each(['pretty', 'json', 'sarif', 'junit', 'github'])('is masked in %s', async (format) => {
    for (const id of ['secret-value', 'secret-default']) {
      const { out } = await runIn(`${fixtures}/${id}/bad`, ['validate', '.', '--format', format]);
      expect(out).toContain(id);
      expect(out).not.toMatch(/hunter2|1234/);
    }
  });
});
