import type { CodeFile } from './expression.ts';
import type { FindFile } from './program.ts';

/** Finds what `from` imports as one of `paths`, all of them relative to the module's folder. */
export type FindPath = (from: string, specifier: string) => string | undefined;

/** `./x.ts`, also where it is written `./x.js` or without its ending. */
export function typescriptPath(paths: ReadonlySet<string>): FindPath {
  return (from, specifier) => {
    if (!specifier.startsWith('.')) return undefined;
    const path = joined(from.split('/').slice(0, -1), specifier.split('/'));
    if (path === undefined) return undefined;
    const bare = ['.js', '.mjs', '.ts', '.mts'].find((ending) => path.endsWith(ending));
    const stem = bare === undefined ? path : path.slice(0, -bare.length);
    const near = [path, `${stem}.ts`, `${stem}.mts`, `${stem}.js`, `${path}/index.ts`, `${path}/index.js`];
    return near.find((one) => paths.has(one));
  };
}

/** `.x`, `..x.y`, or the module itself by its name: `app.modules.<folder>.x`. */
export function pythonPath(paths: ReadonlySet<string>, folder: string): FindPath {
  return (from, specifier) => {
    const dots = specifier.length - specifier.replace(/^\.+/, '').length;
    const words = specifier
      .slice(dots)
      .split('.')
      .filter((word) => word !== '');
    const own = words.indexOf(folder);
    if (dots === 0 && own === -1) return undefined;
    const base = dots === 0 ? [] : from.split('/').slice(0, -dots);
    const path = [...base, ...(dots === 0 ? words.slice(own + 1) : words)].join('/');
    return [`${path}.py`, path === '' ? '__init__.py' : `${path}/__init__.py`].find((one) => paths.has(one));
  };
}

function joined(folder: readonly string[], steps: readonly string[]): string | undefined {
  const path = [...folder];
  for (const step of steps) {
    if (step === '..' && path.pop() === undefined) return undefined;
    if (step !== '.' && step !== '..') path.push(step);
  }
  return path.join('/');
}

/** The same for files: each is read when it is first asked for. */
export function fileFinder(findPath: FindPath, read: (path: string) => CodeFile | undefined): FindFile {
  return (from, specifier) => {
    const path = findPath(from.path, specifier);
    return path === undefined ? undefined : read(path);
  };
}
