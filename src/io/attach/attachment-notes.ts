import { join } from 'node:path';
import type { Host } from '../../core/host/host.ts';
import { attachmentPath, parseAttachment } from '../../core/pack/attachment.ts';
import type { RelPath } from '../../core/tree/rel-path.ts';
import { readTextIfThere } from '../fs/read-file.ts';

/** What keeps the guest of an attached application from running: its entry point lost the lines that attach it. */
export function attachmentNotes({ root, attached }: Host): string[] {
  const record = attached && parseAttachment(readTextIfThere(join(root, attachmentPath)) ?? '');
  if (attached === undefined || record === undefined) return [];
  const entry = attached.entry as RelPath;
  const [before, after] = [record.before.get(entry), record.after.get(entry)].map((file) => linesOf(file?.content));
  const now = new Set(linesOf(readTextIfThere(join(root, entry))));
  const missing = (after ?? []).filter((line) => !before?.includes(line) && !now.has(line));
  return missing.length === 0 ? [] : [`${entry}: lines that attach the guest are missing: ${missing.join(' … ')}`];
}

function linesOf(text: unknown): string[] {
  return typeof text === 'string'
    ? text
        .split(/\r?\n/)
        .map((line) => line.trim())
        .filter((line) => line !== '')
    : [];
}
