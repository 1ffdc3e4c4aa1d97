import { sentenceFor } from '../../merge/trees.ts';
import type { RelPath } from '../../tree/rel-path.ts';
import { comparePaths, sameFile, type Tree, type TreeFile } from '../../tree/tree.ts';
import { importedFile, importsIn } from './removed-imports.ts';

/**
 * Sentences about code that imports what an update removes from another file of the module. `replaced` has what replaces
 * it, such as `dependencies.ts#can`.
 */
export function removedNames(
  before: Tree,
  after: Tree,
  folder: string,
  replaced: Readonly<Record<string, string>>,
): string[] {
  const changed = new Map(
    [...before]
      .filter(([path, file]) => !sameFile(file, after.get(path) ?? file))
      .map(([path]) => [`${folder}/${path}`, path]),
  );
  const found = new Set<string>();
  for (const [path, { content }] of [...after].sort(([a], [b]) => comparePaths(a, b))) {
    for (const { target, names } of changed.size === 0 ? [] : importsIn(`${folder}/${path}`, String(content))) {
      const file = changed.get(importedFile(target, (other) => changed.has(other)) ?? '');
      if (file === undefined) continue;
      const isRemoved = (name: string) =>
        declares(file, name, before.get(file)) && !declares(file, name, after.get(file));
      for (const name of names.filter(isRemoved)) {
        const sentence = sentenceFor(`${file}#${name}`, replaced);
        const end = sentence === undefined ? '' : ` ${sentence}.`;
        found.add(`${folder}/${path} imports ${name} from ${file}, which no longer has it.${end}`);
      }
    }
  }
  return [...found];
}

/** Whether a file of code declares or imports a name that other files can import. */
function declares(path: RelPath, name: string, file: TreeFile | undefined): boolean {
  const inPython = `^(?:(?:async )?def |class )?${name}\\b *[(:=\\[]|^[ \\t]*(?:from|import)\\b(?:[^(\\n]*|.*\\([^)]*)\\b${name}\\b`;
  const inScript = `\\bexport\\s+(?:[a-z]+\\s+)+${name}\\b|\\bexport\\s+(?:type\\s+)?\\{[^}]*\\b${name}\\b|\\bexport\\s*\\*`;
  return new RegExp(path.endsWith('.py') ? inPython : inScript, 'm').test(String(file?.content));
}
