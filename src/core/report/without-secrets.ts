import type { Diagnostic } from '../diagnostic.ts';
import { mergeBasePath } from '../lock/lock.ts';
import { manifestPath, parseMergeBase } from '../lock/merge-base.ts';
import { valueToShow } from '../text/secrets.ts';
import type { Change, Plan } from '../tree/plan.ts';
import type { RelPath } from '../tree/rel-path.ts';
import type { TreeFile } from '../tree/tree.ts';
import {
  maskLines,
  maskSecrets,
  secretsInArguments,
  secretsInCode,
  secretsInWord,
  secretsInYaml,
  wideMask,
} from './mask-secrets.ts';

/** Masks secrets in diagnostics and texts, because more people can read logs than the files. */
export async function withoutSecrets(
  diagnostics: readonly Diagnostic[],
  texts: ReadonlyMap<string, string>,
): Promise<{ readonly diagnostics: readonly Diagnostic[]; readonly texts: ReadonlyMap<string, string> }> {
  const secrets = new Map<string, readonly string[]>();
  for (const [file, text] of texts) secrets.set(file, await secretsInFile(file, text));
  const shown = new Map(
    [...texts].map(([file, text]) => [
      file,
      maskSecrets(text.replace(/^\ufeff/, ''), secrets.get(file) ?? [], wideMask),
    ]),
  );
  for (const { rule, file, range } of diagnostics) {
    const text = shown.get(file);
    if (rule.startsWith('secret-') && range && text !== undefined) shown.set(file, maskRange(text, range));
  }
  return { diagnostics: diagnostics.map((one) => masked(one, secrets.get(one.file) ?? [])), texts: shown };
}

async function secretsInFile(file: string, text: string): Promise<string[]> {
  return /\.(?:py|[mc]?[jt]s)$/.test(file) ? secretsInCode(text) : secretsInYaml(text);
}

function masked({ fix, ...one }: Diagnostic, secrets: readonly string[]): Diagnostic {
  const mask = (text: string) => maskSecrets(text, secrets);
  const shown = { ...one, message: mask(one.message), ...(one.hint !== undefined && { hint: mask(one.hint) }) };
  // A masked fix would be written to the file.
  return fix && mask(fix.text) === fix.text ? { ...shown, fix } : shown;
}

function maskRange(text: string, { start, end }: NonNullable<Diagnostic['range']>): string {
  const lines = text.split('\n');
  for (let at = start.line - 1; at < end.line; at += 1) {
    const line = lines[at] ?? '';
    const from = at === start.line - 1 ? start.column - 1 : 0;
    const to = at === end.line - 1 ? end.column - 1 : line.length;
    lines[at] = line.slice(0, from) + wideMask(line.slice(from, to)) + line.slice(to);
  }
  return lines.join('\n');
}

/**
 * Masks secrets in a plan, because rules that report secrets may be disabled. Secrets of its manifests and of
 * `manifests` are masked in every file. Files that users may have edited are also searched for secrets, line by line.
 */
export async function planWithoutSecrets(plan: Plan, manifests: readonly string[] = []): Promise<Plan> {
  const found = [...plan.changes.map(secretsInChange), ...manifests.map((text) => secretsInYaml(text))];
  const secrets = new Set((await Promise.all(found)).flat());
  const changes = plan.changes.map((change): Change => {
    const { kind, path } = change;
    // New files and merge bases are generated, so users cannot have added secrets to them.
    const isGenerated = kind === 'create' || isAt(path, mergeBasePath);
    const shown = (file: TreeFile): TreeFile => {
      if (typeof file.content !== 'string') return file;
      const content = maskSecrets(file.content, secrets);
      return { ...file, content: isGenerated ? content : maskLines(path, content) };
    };
    const before = 'before' in change && { before: shown(change.before) };
    const after = 'after' in change && { after: shown(change.after) };
    return { ...change, ...before, ...after } as Change;
  });
  return { ...plan, changes };
}

async function secretsInChange(change: Change): Promise<string[]> {
  const files = [...('before' in change ? [change.before] : []), ...('after' in change ? [change.after] : [])];
  const manifests = files.flatMap(({ content }) => {
    if (typeof content !== 'string') return [];
    if (isAt(change.path, manifestPath)) return [content];
    const manifest = isAt(change.path, mergeBasePath) ? parseMergeBase(content)?.get(manifestPath)?.content : undefined;
    return typeof manifest === 'string' ? [manifest] : [];
  });
  return (await Promise.all(manifests.map((text) => secretsInYaml(text)))).flat();
}

function isAt(path: RelPath, end: string): boolean {
  return path === end || path.endsWith(`/${end}`);
}

/** Masks secrets in a reported failure: those in the arguments of the command and in the report itself. */
export async function failureWithoutSecrets<T>(report: T, argv: readonly string[]): Promise<T> {
  const texts = textsIn(report);
  // A stack trace may quote lines of a file.
  const quoted = texts.filter((text) => text.includes('\n')).map((text) => secretsInYaml(text));
  const found = await Promise.all([secretsInArguments(argv), ...texts.map(secretsInWord), ...quoted]);
  const { value } = (report as { args?: { value?: unknown } }).args ?? {};
  const isHidden = typeof value === 'string' && valueToShow(value) !== value;
  const secrets = new Set([...found.flat(), ...(isHidden ? [value] : [])]);
  return mapTexts(report, (text) => maskSecrets(text, secrets)) as T;
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** Applies `change` to every text in a JSON value. */
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapTexts(inner, change)]));
}
