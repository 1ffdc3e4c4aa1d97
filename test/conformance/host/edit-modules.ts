import { cpSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModuleFacts } from './host.ts';

const kebab = (snake: string): string => snake.replaceAll('_', '-');
const camel = (pascal: string): string => pascal.charAt(0).toLowerCase() + pascal.slice(1);
const pascal = (snake: string): string =>
  snake.replaceAll(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** Copies a module under another name. */
export function cloneModule(modulesDir: string, module: ModuleFacts, name: string): void {
  const target = join(modulesDir, name);
  cpSync(join(modulesDir, module.name), target, { recursive: true });
  const names: ReadonlyArray<readonly [from: string, to: string]> = [
    [module.name, name],
    [module.name.toUpperCase(), name.toUpperCase()],
    [kebab(module.name), kebab(name)],
    [module.schemaPrefix, pascal(name)],
    [camel(module.schemaPrefix), camel(pascal(name))],
    [module.namespace, name],
  ];
  const rename = (text: string) => names.reduce((changed, [from, to]) => changed.replaceAll(from, to), text);
  for (const entry of readdirSync(target, { recursive: true }) as string[]) {
    const path = join(target, entry);
    if (statSync(path).isFile()) writeFileSync(path, rename(readFileSync(path, 'utf8')));
  }
  const files = (readdirSync(target, { recursive: true }) as string[]).sort((a, b) => b.length - a.length);
  for (const entry of files) {
    const parts = entry.split('/');
    const last = parts.pop() ?? '';
    if (rename(last) !== last) renameSync(join(target, entry), join(target, ...parts, rename(last)));
  }
}

export function editManifest(modulesDir: string, name: string, edit: (text: string) => string): void {
  const path = join(modulesDir, name, 'manifest.yaml');
  writeFileSync(path, edit(readFileSync(path, 'utf8')));
}

/** Inserts an entry, `- item` or `key: value`, at the start of a block, replacing an existing key. */
export const addToBlock = (block: string, entry: string) => (text: string) => {
  const key = entry.startsWith('-') ? undefined : entry.split(':')[0];
  const lines = text.split('\n').filter((line) => key === undefined || !line.startsWith(`  ${key}:`));
  const at = lines.findIndex((line) => line.startsWith(`${block}:`));
  const next = lines.slice(at + 1).find((line) => line.trim() !== '' && !line.trim().startsWith('#')) ?? '';
  const indent = entry.startsWith('-') ? (/^ *(?=- )/.exec(next)?.[0] ?? '  ') : '  ';
  lines.splice(at < 0 ? lines.length : at, at < 0 ? 0 : 1, `${block}:`, `${indent}${entry}`);
  return lines.join('\n');
};
