import { toHex } from '../text/hex.ts';
import type { Change, Plan } from '../tree/plan.ts';
import { planWithoutSecrets } from './without-secrets.ts';

/** A file's content as JSON can hold it: text, or bytes in hexadecimal. */
interface JsonChange {
  readonly kind: Change['kind'];
  readonly path: string;
  readonly mode?: string;
  readonly content?: string;
  readonly encoding?: 'hex';
}

/** The plan as data, in full: what `--json` prints is what would be applied. */
export function planToJson(plan: Plan): {
  readonly new_folders: readonly string[];
  readonly changes: readonly JsonChange[];
} {
  return {
    new_folders: plan.newFolders,
    changes: planWithoutSecrets(plan)
      .changes.filter((change) => change.kind !== 'keep')
      .map(changeToJson),
  };
}

function changeToJson(change: Change): JsonChange {
  const { kind, path } = change;
  if (change.kind === 'delete' || change.kind === 'keep') return { kind, path };
  const { content, mode } = change.after;
  const shown = typeof content === 'string' ? { content } : { content: toHex(content), encoding: 'hex' as const };
  return { kind, path, mode: `100${mode.toString(8)}`, ...shown };
}
