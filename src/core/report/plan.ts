import type { Diagnostic } from '../diagnostic.ts';
import { diffLines } from '../merge/diff.ts';
import type { Change, Plan } from '../tree/plan.ts';
import { folderOf } from '../tree/rel-path.ts';
import { comparePaths, sameContent } from '../tree/tree.ts';
import type { Paint } from './check-report.ts';
import { diagnosticToJson, jsonDocument } from './json.ts';
import { planWithoutSecrets } from './without-secrets.ts';

const signs: Readonly<Record<Change['kind'], string>> = { create: '+', update: '~', delete: '-', keep: ' ' };

/** The changed files of a plan by folder. */
export function reportPlan(plan: Plan, paint: Paint): string {
  const folders = new Map<string, string[]>();
  for (const change of plan.changes) {
    if (change.kind === 'keep') continue;
    const folder = folderOf(change.path);
    const file = change.path.slice(folder === '' ? 0 : folder.length + 1);
    const line = `    ${colour(change.kind, paint)(`${signs[change.kind]} ${file}`)}${sizeOf(change)}`;
    folders.set(folder, [...(folders.get(folder) ?? []), line]);
  }
  const lines = [...folders]
    .sort(([a], [b]) => comparePaths(a, b))
    .flatMap(([folder, files]) => [`  ${paint.bold(folder === '' ? '.' : `${folder}/`)}`, ...files]);
  return `${[...lines, `  ${paint.dim(countChanges(plan))}`].join('\n')}\n`;
}

/** The size of a new binary file, whose content is not shown. */
function sizeOf(change: Change): string {
  if (!('after' in change) || typeof change.after.content === 'string') return '';
  return ` (${Math.ceil(change.after.content.length / 1000)} kB)`;
}

/** `2 files to create, 1 file to change`, or `2 files created, 1 file changed` if `isDone`. */
export function countChanges(plan: Plan, isDone = false): string {
  const count = (kind: Change['kind']) => plan.changes.filter((change) => change.kind === kind).length;
  const parts = [
    [count('create'), isDone ? 'created' : 'to create'],
    [count('update'), isDone ? 'changed' : 'to change'],
    [count('delete'), isDone ? 'deleted' : 'to delete'],
  ] as const;
  const words = parts
    .filter(([number]) => number > 0)
    .map(([number, verb]) => `${number} ${number === 1 ? 'file' : 'files'} ${verb}`);
  return words.length === 0 ? 'nothing to do' : words.join(', ');
}

/**
 * The plan as a unified diff, which `git apply` and `patch` read. Secrets of `manifests` are masked in every file. Records
 * of the tool come last, because they repeat the other files.
 */
export async function reportDiff(plan: Plan, paint: Paint, manifests: readonly string[] = []): Promise<string> {
  const { changes } = await planWithoutSecrets(plan, manifests);
  const isRecord = ({ path }: Change) => /(^|\/)\.ai-module\//.test(path);
  const ordered = [...changes.filter((change) => !isRecord(change)), ...changes.filter(isRecord)];
  return ordered.map((change) => (change.kind === 'keep' ? '' : diffOf(change, paint))).join('');
}

function diffOf(change: Exclude<Change, { kind: 'keep' }>, paint: Paint): string {
  const before = change.kind === 'create' ? undefined : change.before;
  const after = change.kind === 'delete' ? undefined : change.after;
  const head = [`diff --git a/${change.path} b/${change.path}`];
  if (!before) head.push(`new file mode 100${after?.mode.toString(8)}`);
  if (!after) head.push(`deleted file mode 100${before?.mode.toString(8)}`);
  if (before && after && before.mode !== after.mode)
    head.push(`old mode 100${before.mode.toString(8)}`, `new mode 100${after.mode.toString(8)}`);
  if (typeof (before?.content ?? '') !== 'string' || typeof (after?.content ?? '') !== 'string') {
    const sameBytes = before && after && sameContent(before.content, after.content);
    return sameBytes ? `${head.join('\n')}\n` : `${head.join('\n')}\nBinary files differ\n`;
  }
  const old = (before?.content ?? '') as string;
  const now = (after?.content ?? '') as string;
  const hunks = diffLines(old, now);
  if (hunks.length === 0) return `${head.join('\n')}\n`;
  head.push(`--- ${before ? `a/${change.path}` : '/dev/null'}`, `+++ ${after ? `b/${change.path}` : '/dev/null'}`);
  const body = hunks.flatMap((hunk) => [
    paint.cyan(`@@ -${hunk.before.join(',')} +${hunk.after.join(',')} @@`),
    ...hunk.lines.map((line) =>
      line.startsWith('+') ? paint.green(line) : line.startsWith('-') ? paint.red(line) : line,
    ),
  ]);
  return `${paint.bold(head.join('\n'))}\n${body.join('\n')}\n`;
}

function colour(kind: Change['kind'], paint: Paint): (text: string) => string {
  return { create: paint.green, update: paint.yellow, delete: paint.red, keep: paint.dim }[kind];
}

/** A change with the new content, or the size of a binary file. */
interface JsonChange {
  readonly kind: Change['kind'];
  readonly path: string;
  readonly mode?: string;
  readonly content?: string;
  readonly bytes?: number;
}

/** The plan of a command, and whether it was written. */
export interface PlanResult {
  /** As the user types it: `host init`. */
  readonly command: string;
  readonly written: boolean;
  readonly plan: Plan;
  readonly diagnostics?: readonly Diagnostic[];
}

/** The output of `--json` for a command with a plan: the complete plan, and `more` fields of the command. */
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
  const shown = typeof content === 'string' ? { content } : { bytes: content.length };
  return { kind, path, mode: `100${mode.toString(8)}`, ...shown };
}
