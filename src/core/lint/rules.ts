import type { Diagnostic, Problem, Severity } from '../diagnostic.ts';
import type { YamlSource } from '../yaml/exact.ts';
import type { Rule } from './rule.ts';
import { byteOrderMark, keyOrder, mixedLineEndings } from './rules/document/layout.ts';
import { readDifferently } from './rules/document/read-differently.ts';
import {
  missingRoute,
  missingSetting,
  unclearCode,
  undeclaredEvent,
  undeclaredPermission,
  undeclaredRoute,
  undeclaredSetting,
  undeclaredSubscription,
  unguardedRoute,
  unhandledEvent,
  unpublishedEvent,
  unrequiredPermission,
} from './rules/drift.ts';
import {
  endpointPermission,
  joblessEndpoint,
  reservedEndpoint,
  routeCollision,
  shadowedEndpoint,
} from './rules/manifest/endpoints.ts';
import { foreignEvent, foreignPermission, lifecycleEvent, ownEvent } from './rules/manifest/events.ts';
import { className, duplicateEntry, folderName, resourceSize } from './rules/manifest/fields.ts';
import { configurationValue, envName, secretDefault, secretValue } from './rules/manifest/settings.ts';
import { circularDependency, missingModule } from './rules/modules/dependencies.ts';
import { environmentClash } from './rules/modules/environment-clash.ts';
import { duplicateClass, duplicateName, eventOwner, permissionOwner, tableOwner } from './rules/modules/owners.ts';
import { unknownEvent } from './rules/modules/unknown-event.ts';
import {
  aliasBomb,
  duplicateKey,
  invalidKey,
  invalidValue,
  missingKey,
  moreFindings,
  severalDocuments,
  syntax,
  tooDeep,
  unknownKey,
  unreadable,
  unusedIgnore,
  wrongType,
} from './rules/reported.ts';

/** All rules. */
export const rules: readonly Rule[] = [
  aliasBomb,
  byteOrderMark,
  circularDependency,
  className,
  configurationValue,
  duplicateEntry,
  duplicateClass,
  duplicateKey,
  duplicateName,
  endpointPermission,
  envName,
  environmentClash,
  eventOwner,
  folderName,
  foreignEvent,
  foreignPermission,
  invalidKey,
  invalidValue,
  joblessEndpoint,
  keyOrder,
  lifecycleEvent,
  missingKey,
  missingModule,
  missingRoute,
  missingSetting,
  mixedLineEndings,
  moreFindings,
  ownEvent,
  permissionOwner,
  readDifferently,
  reservedEndpoint,
  resourceSize,
  routeCollision,
  secretDefault,
  secretValue,
  severalDocuments,
  shadowedEndpoint,
  syntax,
  tableOwner,
  tooDeep,
  unclearCode,
  undeclaredEvent,
  undeclaredPermission,
  undeclaredRoute,
  undeclaredSetting,
  undeclaredSubscription,
  unguardedRoute,
  unhandledEvent,
  unknownEvent,
  unknownKey,
  unpublishedEvent,
  unreadable,
  unrequiredPermission,
  unusedIgnore,
  wrongType,
];

const severities = new Map(rules.map(({ id, severity }) => [id, severity]));

export function severityOf(rule: string): Severity {
  return severities.get(rule) ?? 'error';
}

/** Turns problems into diagnostics: the path of a value becomes a range in the text. */
export function locator(file: string, source: YamlSource): (rule: string, problem: Problem) => Diagnostic {
  return (rule, { path, at, message, hint, fix }) => {
    const [from, to] = source.spanOf(path, at);
    return {
      rule,
      severity: severityOf(rule),
      message,
      file,
      range: source.rangeAt(from, to),
      ...(hint === undefined ? {} : { hint }),
      ...(fix === undefined ? {} : { fix: { from, to, text: fix(source.text.slice(from, to)) } }),
    };
  };
}
