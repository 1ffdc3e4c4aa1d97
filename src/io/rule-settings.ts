import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ruleSettings } from '../core/check/host-rules.ts';
import { noSettings, type RuleSettings } from '../core/check/settings.ts';
import { hostConfigFile } from '../core/host/host-config.ts';

export interface HostRules {
  readonly settings: RuleSettings;
  /** Events that the host emits. */
  readonly events: readonly string[];
}

/** What every host emits: modules as generated subscribe to it. */
const standardEvents = ['user.deleted'];

/** What ai-modules.yaml says about rules and events; `shown` is the file as reports name it. */
export async function readHostRules(root: string, shown: string): Promise<HostRules> {
  const text = await readFile(join(root, hostConfigFile), 'utf8').catch(() => undefined);
  if (text === undefined) return { settings: noSettings, events: standardEvents };
  const { settings, events } = await ruleSettings(text, shown);
  return { settings, events: [...standardEvents, ...events] };
}
