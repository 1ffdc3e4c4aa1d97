import { type Tree, textOf } from '../../tree/tree.ts';

/** The tables of a module: those that begin with its name are its own, others it may share. */
export interface OwnTables {
  readonly own: readonly string[];
  readonly shared: readonly string[];
}

const name = String.raw`"?([A-Za-z_]\w*)"?`;
const patterns: readonly RegExp[] = [
  new RegExp(
    String.raw`\bcreate\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?(?:"?ai"?\.)?${name}(?!\w*"?\.)`,
    'gi',
  ),
  /\bop\.create_table\(\s*["'](\w+)["']/g,
  /\brename_table\(\s*["']\w+["']\s*,\s*["'](\w+)["']/g,
  /\bpgTable\(\s*["'`](\w+)["'`]/g,
  /^\s*__tablename__\s*(?::[^=\n]*)?=\s*["'](\w+)["']/gm,
];

/** The tables that the code and the migrations of a module name. `others` are the names of the host's other modules. */
export function tablesOf(module: string, files: Tree, others: readonly string[] = []): OwnTables {
  const found = new Set<string>();
  for (const [path, { content }] of files) {
    if (!/\.(?:sql|py|[cm]?[jt]s)$/.test(path) || /^\.ai-module\/|(?:^|\/)tests?\//.test(path)) continue;
    const text = withoutComments(path, textOf(content) ?? '');
    for (const pattern of patterns) for (const [, table = ''] of text.matchAll(pattern)) found.add(table);
  }
  const longer = others.filter((other) => other.startsWith(`${module}_`));
  const isOwn = (table: string) =>
    table.startsWith(`${module}_`) && !longer.some((other) => table.startsWith(`${other}_`));
  const all = [...found].sort();
  return { own: all.filter(isOwn), shared: all.filter((table) => !isOwn(table)) };
}

/** Generated models have an example of a table in a comment. */
function withoutComments(path: string, text: string): string {
  if (path.endsWith('.py')) return text.replace(/^[ \t]*[rR]?("""|''')[\s\S]*?\1/gm, '').replace(/^[ \t]*#.*$/gm, '');
  if (path.endsWith('.sql')) return text.replace(/--.*$/gm, '');
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^[ \t]*\/\/.*$/gm, '');
}
