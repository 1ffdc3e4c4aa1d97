import { isEnvKey, isLongForm, type Setting, settingOf, standardSettings } from '../../manifest/configuration.ts';
import type { Manifest } from '../../manifest/schema.ts';
import { isSame } from '../../yaml/same.ts';
import { type Change, change, fromTo, shown } from './change.ts';
import type { ChangeId } from './change-kinds.ts';

/** The settings of a module: those of its manifest, and those that every module has. */
function settingsIn({ configuration }: Manifest): Map<string, Setting> {
  const standard = Object.entries(standardSettings).map(([key, setting]) => [key, { key, ...setting }] as const);
  const own = Object.entries(configuration).map(([key, value]) => {
    const known = Object.hasOwn(standardSettings, key) ? standardSettings[key] : {};
    return [key, isLongForm(value) ? { ...known, ...settingOf(key, value) } : settingOf(key, value)] as const;
  });
  return new Map<string, Setting>([...standard, ...own]);
}

/** `isComplete` is false if a setting of one of the manifests is invalid and missing: then none was added or removed. */
export function compareSettings(before: Manifest, after: Manifest, isComplete = true): Change[] {
  const [old, now] = [settingsIn(before), settingsIn(after)];
  const removed = [...old.keys()]
    .filter((key) => isComplete && !now.has(key))
    .map((key) => change('setting-removed', `the setting ${key} was removed`, ['configuration']));
  return [
    ...removed,
    ...[...now.values()].flatMap((is) => {
      const was = old.get(is.key);
      if (was === undefined) return isComplete ? [added(is)] : [];
      return compareOne(was, is, after);
    }),
  ];
}

function added(setting: Setting): Change {
  const { key, secret, default: value } = setting;
  const path = ['configuration', key];
  if (isEnvKey(key))
    return change('setting-required', `the setting ${key} was added, which names ${String(value)}`, path);
  if (secret) return change('setting-required', `the setting ${key} was added, a secret`, path);
  if (value === undefined) return change('setting-required', `the setting ${key} was added, without a default`, path);
  return change('setting-added', `the setting ${key} was added, with the default ${shown(value, key)}`, path);
}

function compareOne(was: Setting, is: Setting, { configuration }: Manifest): Change[] {
  const { key } = is;
  const found = (kind: ChangeId, text: string, part?: keyof Setting) => {
    const value = configuration[key];
    const isThere = part !== undefined && value !== undefined && isLongForm(value) && Object.hasOwn(value, part);
    return change(kind, `${key}: ${text}`, ['configuration', key, ...(isThere ? [part] : [])]);
  };
  if (isEnvKey(key)) {
    if (was.default === is.default) return [];
    const text = `the name of the environment variable ${fromTo(String(was.default), String(is.default))}`;
    return [found('environment-name', text, 'default')];
  }
  const [oldType, newType] = [typeOf(was), typeOf(is)];
  if (oldType !== newType) {
    const isWider = oldType.replace('integer', 'number') === newType;
    const changed = found(
      isWider ? 'setting-type-widened' : 'setting-type',
      `the type ${fromTo(oldType, newType)}`,
      'type',
    );
    if (!isWider) return [changed];
    return [changed, ...ranges(was, is, found), ...defaults(was, is, found)];
  }
  return [...ranges(was, is, found), ...defaults(was, is, found)];
}

type Found = (kind: ChangeId, text: string, part?: keyof Setting) => Change;

function typeOf({ type, items }: Setting): string {
  return type === 'array' && items !== undefined ? `list of ${items.type}` : type;
}

function ranges(was: Setting, is: Setting, found: Found): Change[] {
  const limits = (['minimum', 'maximum', 'minItems', 'maxItems'] as const).flatMap((part) => {
    const [old, now] = [was[part], is[part]];
    if (old === now) return [];
    const sign = part.startsWith('min') ? 1 : -1;
    const isNarrower = old === undefined || (now !== undefined && sign * (now - old) > 0);
    return [
      found(isNarrower ? 'setting-narrowed' : 'setting-widened', `${part} ${fromTo(shown(old), shown(now))}`, part),
    ];
  });
  return [...limits, ...choices(was, is, found)];
}

function choices({ key, enum: old }: Setting, { enum: now }: Setting, found: Found): Change[] {
  if (old === undefined && now === undefined) return [];
  const list = (values: Setting['enum']) => shown(values, key);
  if (old === undefined) return [found('setting-narrowed', `only ${list(now)} is allowed now`, 'enum')];
  if (now === undefined) return [found('setting-widened', `more than ${list(old)} is allowed now`, 'type')];
  const removed = old.filter((value) => !now.includes(value));
  const more = now.filter((value) => !old.includes(value));
  return [
    ...(removed.length > 0 ? [found('setting-narrowed', `${list(removed)} is allowed no longer`, 'enum')] : []),
    ...(more.length > 0 ? [found('setting-widened', `${list(more)} is allowed in addition`, 'enum')] : []),
  ];
}

/** Lower values refuse requests that were accepted. */
const limitsOfCallers = ['max_input_bytes', 'max_pending_jobs'];

function defaults(was: Setting, is: Setting, found: Found): Change[] {
  const { key } = is;
  const [old, now] = [was.default, is.default];
  if (isSame(old, now)) return [];
  const text = `the default ${fromTo(shown(old, key), shown(now, key))}`;
  if (now === undefined) return [found('setting-default-removed', text, 'type')];
  if (old === undefined) return [found('setting-default-added', text, 'default')];
  if (key === 'provider') return [found('provider-changed', text, 'default')];
  const isLower = limitsOfCallers.includes(key) && Number(now) < Number(old);
  return [found(isLower ? 'caller-limit' : 'setting-default-changed', text, 'default')];
}
