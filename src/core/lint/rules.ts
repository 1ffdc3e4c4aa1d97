import type { Diagnostic, Problem, Severity } from '../diagnostic.ts';
import type { YamlSource } from '../yaml/exact.ts';
import type { Rule } from './rule.ts';
import { againstRules } from './rules/against.ts';
import { byteOrderMark, keyOrder, mixedLineEndings } from './rules/document/layout.ts';
import { readDifferently } from './rules/document/read-differently.ts';
import { driftRules } from './rules/drift.ts';
import { eventInput } from './rules/event-input.ts';
import {
  endpointPermission,
  joblessEndpoint,
  reservedEndpoint,
  routeCollision,
  shadowedEndpoint,
} from './rules/manifest/endpoints.ts';
import { foreignEvent, foreignPermission, lifecycleEvent } from './rules/manifest/events.ts';
import { className, duplicateEntry, folderName, resourceSize } from './rules/manifest/fields.ts';
import { configurationValue, envName, secretDefault, secretValue } from './rules/manifest/settings.ts';
import { types, unusedType } from './rules/manifest/types.ts';
import { circularDependency, missingModule } from './rules/modules/dependencies.ts';
import { environmentClash } from './rules/modules/environment-clash.ts';
import { duplicateClass, duplicateName, eventOwner, permissionOwner, tableOwner } from './rules/modules/owners.ts';
import { payloadMismatch } from './rules/modules/payload.ts';
import { schemaName } from './rules/modules/schema-name.ts';
import { unknownEvent } from './rules/modules/unknown-event.ts';
import { renamedModule } from './rules/renamed-module.ts';
import { reportedRules } from './rules/reported.ts';

/** All rules. */
export const rules: readonly Rule[] = [
  ...reportedRules,
  ...againstRules,
  byteOrderMark,
  circularDependency,
  className,
  configurationValue,
  duplicateEntry,
  duplicateClass,
  duplicateName,
  endpointPermission,
  envName,
  environmentClash,
  eventInput,
  eventOwner,
  folderName,
  foreignEvent,
  foreignPermission,
  joblessEndpoint,
  keyOrder,
  lifecycleEvent,
  missingModule,
  mixedLineEndings,
  payloadMismatch,
  permissionOwner,
  readDifferently,
  renamedModule,
  reservedEndpoint,
  resourceSize,
  routeCollision,
  schemaName,
  secretDefault,
  secretValue,
  shadowedEndpoint,
  tableOwner,
  types,
  unknownEvent,
  unusedType,
  ...driftRules,
].sort((a, b) => (a.id < b.id ? -1 : 1));

/** Rules of older versions. Settings may still name them. */
export const removedRules: ReadonlySet<string> = new Set(['unrequired-permission']);

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
