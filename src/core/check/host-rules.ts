import { Failure } from '../failure.ts';
import { parseHostConfig } from '../host/host-config.ts';
import { nearestWord } from '../text/nearest-word.ts';
import { parseYaml } from '../text/yaml-source.ts';
import { rules } from './rules.ts';
import type { RuleSettings } from './settings.ts';

/** The settings for rules in ai-modules.yaml. Throws `host-invalid` for an unknown rule, or one that cannot be turned off. */
export async function ruleSettings(
  text: string,
  file: string,
): Promise<{ readonly settings: RuleSettings; readonly events: readonly string[] }> {
  const config = await parseHostConfig(text, file);
  for (const [place, rule] of [
    ...Object.keys(config.rules).map((rule) => ['rules', rule] as const),
    ...config.ignore.map(({ rule }, index) => [`ignore[${index}].rule`, rule] as const),
  ])
    assertConfigurable(rule, place, file);
  const source = config.ignore.length === 0 ? undefined : await parseYaml(text);
  const ignores = config.ignore.map(({ rule, path }, index) => ({
    rule,
    path,
    file,
    range: source?.rangeOf(['ignore', index], 'value') ?? nowhere,
  }));
  return { settings: { severities: config.rules, ignores }, events: config.host_events };
}

const nowhere = { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };

function assertConfigurable(id: string, place: string, file: string): void {
  const rule = rules.find((one) => one.id === id);
  if (rule === undefined) {
    const near = nearestWord(
      id,
      rules.map((one) => one.id),
    );
    const advice = near === undefined ? '' : `; did you mean ${near}?`;
    throw new Failure('host-invalid', { file, reason: `${place}: unknown rule ${id}${advice}` });
  }
  if (rule.kind === 'reported' && rule.isAlwaysError) {
    const reason = `${place}: ${id} is always an error: without it, the manifest cannot be read`;
    throw new Failure('host-invalid', { file, reason });
  }
}
