import { join } from 'node:path';
import { noSettings, type RuleSettings } from '../core/check/settings.ts';
import { hostConfigFile } from '../core/host/host.ts';
import { readTextIfThere } from './read-file.ts';

export interface HostRules {
  readonly settings: RuleSettings;
  /** Events that the host emits. */
  readonly events: readonly string[];
}

/** What every host emits: modules as generated subscribe to it. */
const standardEvents = ['user.deleted'];

/** What ai-modules.yaml says about rules and events; `shown` is the file as reports name it. */
export async function readHostRules(root: string, shown: string): Promise<HostRules> {
  const text = readTextIfThere(join(root, hostConfigFile));
  if (text === undefined) return { settings: noSettings, events: standardEvents };
  const { ruleSettings } = await import('../core/check/host-rules.ts');
  const { settings, events } = await ruleSettings(text, shown);
  return { settings, events: [...standardEvents, ...events] };
}
