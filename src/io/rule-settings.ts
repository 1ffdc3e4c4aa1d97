import { join } from 'node:path';
import { noSettings, type RuleSettings } from '../core/check/settings.ts';
import { hostConfigFile } from '../core/host/host.ts';
import { readTextIfThere } from './read-file.ts';

export interface HostRules {
  readonly settings: RuleSettings;
  /** Events that the host emits. */
  readonly events: readonly string[];
}

/** Events of every host. Generated modules subscribe to them. */
const standardEvents = ['user.deleted'];

/** Rule settings and events from ai-modules.yaml; `shown` is the path of the file in reports. */
export async function readHostRules(root: string, shown: string): Promise<HostRules> {
  const text = readTextIfThere(join(root, hostConfigFile));
  if (text === undefined) return { settings: noSettings, events: standardEvents };
  const { ruleSettings } = await import('../core/check/host-rules.ts');
  const { settings, events } = await ruleSettings(text, shown);
  return { settings, events: [...standardEvents, ...events] };
}
