import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Folders that Python, pytest, Ruff, mypy and vitest make. */
const caches = new Set(['__pycache__', '.pytest_cache', '.ruff_cache', '.mypy_cache', 'node_modules']);

/** Removes a folder if it has no files except in caches. Returns whether it is removed. */
export function prune(folder: string): boolean {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return false;
  let isEmpty = true;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && caches.has(entry.name)) rmSync(path, { recursive: true });
    else if (!entry.isDirectory() || !prune(path)) isEmpty = false;
  }
  if (isEmpty) rmSync(folder, { recursive: true });
  return isEmpty;
}
