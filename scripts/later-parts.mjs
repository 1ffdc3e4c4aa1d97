// What the files that every run reads import only when it is asked for: all of it in one file more, `later.cjs`, each
// part of which begins to work when it is first imported.
import { join, relative } from 'node:path';

/** A plugin for the bundles that every run reads, and after these what `later.cjs` is made from. */
export function laterParts(root) {
  const parts = new Set();
  const plugin = {
    name: 'later-parts',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, ({ path, kind, resolveDir, namespace }) => {
        if (kind !== 'dynamic-import' || namespace !== 'file') return undefined;
        const part = relative(root, join(resolveDir, path)).replaceAll('\\', '/');
        parts.add(part);
        return { path: part, namespace: 'later' };
      });
      onLoad({ filter: /.*/, namespace: 'later' }, ({ path }) => ({
        contents: `module.exports = require('./later.cjs')[${JSON.stringify(path)}]();`,
      }));
      onResolve({ filter: /^\.\/later\.cjs$/ }, ({ path }) => ({ path, external: true }));
    },
  };
  const entry = () => {
    const lines = [...parts]
      .sort()
      .map((part) => `${JSON.stringify(part)}: () => require(${JSON.stringify(`./${part}`)}),`);
    return { contents: `module.exports = {\n${lines.join('\n')}\n};`, resolveDir: root };
  };
  return { plugin, entry };
}
