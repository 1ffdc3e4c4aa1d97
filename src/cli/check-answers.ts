import { Failure } from '../core/failure.ts';
import { checkManifestValue } from '../core/manifest/parse.ts';
import type { Manifest } from '../core/manifest/schema.ts';

const flagOf: Readonly<Record<string, string>> = {
  endpoints: '--endpoint',
  permissions_required: '--permission',
  events_emitted: '--emit',
  events_subscribed: '--subscribe',
  dependencies: '--dependency',
  configuration: '--config',
};

/** Each answer was fine by itself; this finds those that do not fit together. Throws `answer-invalid`. */
export function mustFitTogether(manifest: Manifest): Manifest {
  const { manifest: checked, findings } = checkManifestValue(manifest);
  if (checked !== undefined) return checked;
  const finding = findings[0];
  const [list = '', key] = finding?.path ?? [];
  const entry = (manifest as Record<string, unknown>)[list] as Record<string | number, unknown> | undefined;
  const value = key === undefined ? entry : entry?.[key];
  throw new Failure('answer-invalid', {
    flag: flagOf[list] ?? String(list),
    value: typeof value === 'string' ? value : (JSON.stringify(value) ?? ''),
    reason: `${finding?.message}${finding?.hint === undefined ? '' : `. ${finding.hint.replace(/\.$/, '')}`}`,
  });
}
