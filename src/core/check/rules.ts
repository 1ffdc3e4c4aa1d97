import type { Severity } from '../diagnostic.ts';
import type { Rule } from './rule.ts';
import { aliasBomb } from './rules/alias-bomb.ts';
import { byteOrderMark } from './rules/byte-order-mark.ts';
import { circularDependency } from './rules/circular-dependency.ts';
import { className } from './rules/class-name.ts';
import { configurationValue } from './rules/configuration.ts';
import { duplicateEntry } from './rules/duplicate.ts';
import { duplicateClass } from './rules/duplicate-class.ts';
import { duplicateKey } from './rules/duplicate-key.ts';
import { duplicateName } from './rules/duplicate-name.ts';
import { endpointPermission } from './rules/endpoint-permission.ts';
import { envName } from './rules/env-name.ts';
import { environmentClash } from './rules/environment-clash.ts';
import { eventOwner } from './rules/event-owner.ts';
import { folderName } from './rules/folder-name.ts';
import { foreignEvent } from './rules/foreign-event.ts';
import { foreignPermission } from './rules/foreign-permission.ts';
import { invalidKey } from './rules/invalid-key.ts';
import { invalidValue } from './rules/invalid-value.ts';
import { joblessEndpoint } from './rules/jobless-endpoint.ts';
import { keyOrder } from './rules/key-order.ts';
import { lifecycleEvent } from './rules/lifecycle-event.ts';
import { missingKey } from './rules/missing-key.ts';
import { missingModule } from './rules/missing-module.ts';
import { missingRoute } from './rules/missing-route.ts';
import { missingSetting } from './rules/missing-setting.ts';
import { mixedLineEndings } from './rules/mixed-line-endings.ts';
import { moreFindings } from './rules/more-findings.ts';
import { ownEvent } from './rules/own-event.ts';
import { permissionOwner } from './rules/permission-owner.ts';
import { readDifferently } from './rules/read-differently.ts';
import { reservedEndpoint } from './rules/reserved-endpoint.ts';
import { resourceSize } from './rules/resource-size.ts';
import { routeCollision } from './rules/route-collision.ts';
import { secretDefault } from './rules/secret-default.ts';
import { secretValue } from './rules/secret-value.ts';
import { severalDocuments } from './rules/several-documents.ts';
import { shadowedEndpoint } from './rules/shadowed-endpoint.ts';
import { syntax } from './rules/syntax.ts';
import { tableOwner } from './rules/table-owner.ts';
import { tooDeep } from './rules/too-deep.ts';
import { unclearCode } from './rules/unclear-code.ts';
import { undeclaredEvent } from './rules/undeclared-event.ts';
import { undeclaredPermission } from './rules/undeclared-permission.ts';
import { undeclaredRoute } from './rules/undeclared-route.ts';
import { undeclaredSetting } from './rules/undeclared-setting.ts';
import { undeclaredSubscription } from './rules/undeclared-subscription.ts';
import { unguardedRoute } from './rules/unguarded-route.ts';
import { unhandledEvent } from './rules/unhandled-event.ts';
import { unknownEvent } from './rules/unknown-event.ts';
import { unknownKey } from './rules/unknown-key.ts';
import { unpublishedEvent } from './rules/unpublished-event.ts';
import { unreadable } from './rules/unreadable.ts';
import { unrequiredPermission } from './rules/unrequired-permission.ts';
import { unusedIgnore } from './rules/unused-ignore.ts';
import { wrongType } from './rules/wrong-type.ts';

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
