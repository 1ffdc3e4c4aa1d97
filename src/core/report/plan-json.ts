import type { Diagnostic } from '../diagnostic.ts';
import { toHex } from '../text/hex.ts';
import type { Change, Plan } from '../tree/plan.ts';
import { diagnosticToJson } from './diagnostics-json.ts';
import { jsonDocument } from './json-document.ts';
import { planWithoutSecrets } from './without-secrets.ts';

/** A file's content as JSON can hold it: text, or bytes in hexadecimal. */
interface JsonChange {
  readonly kind: Change['kind'];
  readonly path: string;
  readonly mode?: string;
  readonly content?: string;
  readonly encoding?: 'hex';
}

/** What a run planned, and whether it has written it. */
export interface PlanResult {
  /** As it is typed: `host init`. */
  readonly command: string;
  readonly written: boolean;
  readonly plan: Plan;
  readonly diagnostics?: readonly Diagnostic[];
}

/** What `--json` prints of a run that plans: the plan in full, as it would be applied, and `more` of the command. */
export async function planResultToJson(
  { command, written, plan, diagnostics = [] }: PlanResult,
  more: Readonly<Record<string, unknown>>,
): Promise<string> {
  const { changes } = await planWithoutSecrets(plan);
  return jsonDocument(command, {
    written,
    changes: changes.filter((change) => change.kind !== 'keep').map(changeToJson),
    newFolders: plan.newFolders,
    diagnostics: diagnostics.map(diagnosticToJson),
    ...more,
  });
}

function changeToJson(change: Change): JsonChange {
  const { kind, path } = change;
  if (change.kind === 'delete' || change.kind === 'keep') return { kind, path };
  const { content, mode } = change.after;
  const shown = typeof content === 'string' ? { content } : { content: toHex(content), encoding: 'hex' as const };
  return { kind, path, mode: `100${mode.toString(8)}`, ...shown };
}
