import type { Diagnostic, Problem } from '../../diagnostic.ts';
import { parseYaml } from '../../yaml/exact.ts';
import { isMapping } from '../../yaml/same.ts';
import type { ManifestText } from '../rule.ts';
import { locator, severityOf } from '../rules.ts';
import type { Change } from './change.ts';
import type { ModuleComparison } from './compare-modules.ts';
import { compareVersions, makesStep, stepFor, versionAfter } from './version-step.ts';

/** The changes for which the version does not make the step, and what could not be compared. */
export async function checkVersions(
  comparisons: readonly ModuleComparison[],
  manifests: readonly ManifestText[],
): Promise<Diagnostic[]> {
  const textOf = new Map(manifests.map(({ file, text }) => [file, text]));
  const found: Diagnostic[] = [];
  for (const comparison of comparisons) {
    const problems = problemsOf(comparison);
    const text = textOf.get(comparison.file);
    if (problems.length === 0) continue;
    if (comparison.status === 'removed' || text === undefined)
      found.push(...problems.map((one) => aboutFile(comparison, one)));
    else found.push(...(await located(comparison.file, text, problems)));
  }
  return found;
}

interface Found extends Omit<Problem, 'at'> {
  readonly rule: string;
}

async function located(file: string, text: string, problems: readonly Found[]): Promise<Diagnostic[]> {
  const source = await parseYaml(text);
  const locate = locator(file, source);
  const { value } = source;
  return problems.map(({ rule, path, ...problem }) => {
    const field = path[0] ?? '';
    // What was removed with its whole field is shown at the version.
    const isThere = isMapping(value) && Object.hasOwn(value, field);
    if (!isThere) return locate(rule, { ...problem, path: ['version'], at: 'value' });
    // The key of a list or a type, from which something was removed: its value has only what is left.
    return locate(rule, { ...problem, path, at: path.length === 1 && texts.has(String(field)) ? 'value' : 'key' });
  });
}

/** Fields whose value is a text. */
const texts: ReadonlySet<string> = new Set(['name', 'version', 'class_name']);

function aboutFile({ file }: ModuleComparison, { rule, message, hint }: Found): Diagnostic {
  return { rule, severity: severityOf(rule), file, message, ...(hint === undefined ? {} : { hint }) };
}

function problemsOf(comparison: ModuleComparison): Found[] {
  const { status, ref, name, from, to, changes, skipped } = comparison;
  const path = ['version'];
  if (status === 'removed') {
    const message = `the module ${name} was removed since ${ref}`;
    return [{ rule: 'removed-module', path, message, hint: 'Check that nothing uses it any more.' }];
  }
  const incomplete: Found[] =
    skipped === undefined
      ? []
      : [
          {
            rule: 'not-compared',
            path: ['name'],
            message: `${status === 'compared' ? `${skipped}, and cannot be compared` : `the module cannot be compared with ${ref}: ${skipped}`}`,
            hint: 'Check by hand whether the version needs a step.',
          },
        ];
  if (from === undefined || to === undefined) return incomplete;
  return [
    ...incomplete,
    ...lowerVersion(comparison, from, to),
    ...changes.flatMap((one) => missingStep(one, ref, from, to)),
  ];
}

function lowerVersion({ ref, changes }: ModuleComparison, from: string, to: string): Found[] {
  if (compareVersions(to, from) >= 0) return [];
  const message = `version ${to} is lower than ${from}, the version at ${ref}`;
  const hint = `Set version to ${neededVersion(changes, from)}, or update the branch to ${ref}.`;
  return [{ rule: 'lower-version', path: ['version'], message, hint }];
}

function missingStep({ verdict, affects, text, path }: Change, ref: string, from: string, to: string): Found[] {
  const step = stepFor(verdict, from);
  if (makesStep(from, to, step)) return [];
  const parties = affects.length < 2 ? affects.join() : `${affects.slice(0, -1).join(', ')} and ${affects.at(-1)}`;
  const needed = versionAfter(from, step);
  const isBreaking = verdict === 'breaking';
  return [
    {
      rule: isBreaking ? 'breaking-change' : 'compatible-change',
      path,
      message: isBreaking ? `breaks ${parties}: ${text}` : `compatible for ${parties}: ${text}`,
      hint: `The version at ${ref} is ${from}. Set version to ${needed} or higher${isBreaking ? ', or keep what was promised' : ''}.`,
    },
  ];
}

/** The lowest version that all changes allow. */
export function neededVersion(changes: readonly Change[], from: string): string {
  const verdict = changes.some((one) => one.verdict === 'breaking') ? 'breaking' : 'compatible';
  return changes.length === 0 ? from : versionAfter(from, stepFor(verdict, from));
}
