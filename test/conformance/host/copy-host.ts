import { cpSync, existsSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';

const dropped = new Set(['node_modules', '.venv', '.data', '.git', '__pycache__']);

/** A copy of a host to edit. It shares installed packages with the original. */
export function copyHost(dir: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'conformance-host-'));
  const filter = (source: string) =>
    !relative(dir, source)
      .split(sep)
      .some((part) => dropped.has(part));
  cpSync(dir, copy, { recursive: true, filter });
  const installed = join(dir, 'node_modules');
  if (existsSync(installed)) symlinkSync(installed, join(copy, 'node_modules'), 'dir');
  return copy;
}
