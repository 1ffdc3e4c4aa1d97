import type { Problem } from '../../manifest/finding.ts';
import { problemAt } from '../../manifest/finding.ts';
import type { Manifest } from '../../manifest/schema.ts';
import { positionAt } from '../../text/position.ts';
import type { Aspect, CodeFacts, Place } from '../code/facts.ts';
import { driftOf, isUnclear } from '../drift.ts';
import type { CodeRule } from '../rule.ts';

/** What could not be verified about a declared name. */
const claims: Readonly<Record<Aspect, (name: string) => string>> = {
  routes: (name) => `a route answers ${name}`,
  permissions: (name) => `a route requires ${name}`,
  published: (name) => `the code publishes ${name}`,
  handled: (name) => `the code handles ${name}`,
  settings: (name) => `the configuration class has ${name}`,
};

export const unclearCode: CodeRule = {
  id: 'unclear-code',
  kind: 'code',
  severity: 'warning',
  summary: 'could not verify that the code does what the manifest declares',
  why: 'Code is parsed, never run. A name that is computed at run time, or a file that is too large or does not parse, may contain what seems to be missing.',
  check({ manifest }, code) {
    const broken = code.broken.map((place) => ({
      place,
      message: `${place.file} ${place.reason}, so its code could not be verified`,
      hint: 'Fix the file, or ignore unclear-code for it in ai-modules.yaml.',
    }));
    return [...broken, ...(Object.keys(claims) as Aspect[]).flatMap((aspect) => unverified(aspect, manifest, code))];
  },
};

function unverified(aspect: Aspect, manifest: Manifest, code: CodeFacts): Problem[] {
  const [first] = [...code.unclear[aspect], ...code.broken];
  if (!first || !isUnclear(aspect, code)) return [];
  return driftOf(aspect, manifest, code).missing.map(({ name, path }) => ({
    ...problemAt(path, `could not verify that ${claims[aspect](name)}`, `It depends on ${placeText(first, code)}.`),
    ...(aspect === 'settings' && { at: 'key' }),
  }));
}

function placeText({ file, from }: Place, { texts }: CodeFacts): string {
  const { line, column } = positionAt(texts.get(file) ?? '', from);
  return `${file}:${line}:${column}`;
}
