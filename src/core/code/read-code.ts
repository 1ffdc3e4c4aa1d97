import { derivedClasses } from './derived-classes.ts';
import { handledEvents, publishedEvents } from './events.ts';
import type { CodeFile, Expression } from './expression.ts';
import type { Broken, CodeFacts, Named } from './facts.ts';
import { isGuard, merged, permissionsOf, placeOf } from './guards.ts';
import { type FindFile, Program } from './program.ts';
import { fastapiRoutes } from './python/fastapi-routes.ts';
import { parsePython } from './python/parse-python.ts';
import { tableKey } from './python/python-definitions.ts';
import { runtimeRoutes } from './runtime-routes.ts';
import { pydanticSettings, zodSettings } from './settings.ts';
import { fastifyRoutes } from './typescript/fastify-routes.ts';
import { parseTypescript } from './typescript/parse-typescript.ts';

interface Language {
  readonly endings: readonly string[];
  readonly name: 'typescript' | 'python';
  /** The code of every module of this stack contains one of these words. */
  readonly frameworks: readonly string[];
  /** A file without these words contains no facts, and is parsed only if another file imports it. */
  readonly words: readonly string[];
}

const verbs = ['.get', '.post', '.put', '.patch', '.delete', 'route'];
const names = ['.publish', '.on(', '.subscribe', 'OwnEvent', 'JobService', 'Provider', 'ermission', 'Table('];
const languages: readonly Language[] = [
  {
    endings: ['.ts', '.mts', '.js', '.mjs'],
    name: 'typescript',
    frameworks: ['ai-module-runtime', 'fastify'],
    words: [...verbs, ...names, 'BaseConfig'],
  },
  {
    endings: ['.py'],
    name: 'python',
    frameworks: ['ai_module_runtime', 'fastapi'],
    words: [...verbs, ...names, 'Config', 'requires', 'table'],
  },
];

/**
 * The facts in the code of the module in `folder`; `undefined` if its stack is unknown. `unread` maps paths that were
 * not read to the reason; paths of folders end with a slash.
 */
export function readCode(
  texts: ReadonlyMap<string, string>,
  folder: string,
  unread: ReadonlyMap<string, string> = new Map(),
): CodeFacts | undefined {
  const language = languages.find(({ endings, frameworks }) =>
    [...texts].some(([path, text]) => hasEnding(path, endings) && frameworks.some((name) => text.includes(name))),
  );
  if (!language) return undefined;
  const facts = factsOf(language, texts, folder);
  const missed = [...unread].filter(([path]) => path.endsWith('/') || hasEnding(path, language.endings));
  return { ...facts, broken: [...facts.broken, ...missed.map(([file, reason]) => ({ file, from: 0, to: 0, reason }))] };
}

function factsOf(language: Language, texts: ReadonlyMap<string, string>, folder: string): CodeFacts {
  const paths = [...texts.keys()].filter((path) => hasEnding(path, language.endings));
  const isPython = language.name === 'python';
  const parse = isPython ? parsePython : parseTypescript;
  const parsed = new Map<string, CodeFile>();
  const read = (path: string): CodeFile => {
    const known = parsed.get(path) ?? parse(path, texts.get(path) ?? '');
    parsed.set(path, known);
    return known;
  };
  const known = new Set(paths);
  const program = new Program(fileFinder(isPython ? pythonPath(known, folder) : typescriptPath(known), read));
  const files = paths.filter((path) => language.words.some((word) => texts.get(path)?.includes(word))).map(read);

  const made = runtimeRoutes(program, files);
  const written = (isPython ? fastapiRoutes : fastifyRoutes)(program, files);
  const guards = merged(
    files.flatMap((file) =>
      file.calls.filter((call) => isGuard(program, file, call)).map((call) => permissionsOf(program, file, call)),
    ),
  );
  const [published, handled] = [publishedEvents(program, files), handledEvents(program, files)];
  const settings = (isPython ? pydanticSettings : zodSettings)(program, files);
  const broken = [...parsed.values()].flatMap(({ path, faultAt }): Broken[] =>
    faultAt === undefined ? [] : [{ file: path, from: faultAt, to: faultAt, reason: 'does not parse here' }],
  );
  return {
    routes: [...made.routes, ...written.routes],
    permissions: guards.permissions,
    published: published.named,
    handled: handled.named,
    settings: settings.named,
    tables: tablesIn(program, files),
    derived: derivedClasses(program, files),
    broken,
    unclear: {
      routes: [...made.unclear, ...written.unclear],
      published: published.unclear,
      handled: handled.unclear,
      settings: settings.unclear,
    },
    servesJobs: made.servesJobs,
    texts,
  };
}

function hasEnding(path: string, endings: readonly string[]): boolean {
  return endings.some((ending) => path.endsWith(ending)) && !path.endsWith('.d.ts');
}

/** Finds the path of a file that `from` imports. Paths are relative to the module's folder. */
export type FindPath = (from: string, specifier: string) => string | undefined;

/** Resolves `./x.ts`, also written as `./x.js` or without an extension. */
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

/** Resolves `.x`, `..x.y` and absolute imports of the module itself: `app.modules.<folder>.x`. */
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

/** Like `findPath`, but returns the file, which `read` parses. */
export function fileFinder(findPath: FindPath, read: (path: string) => CodeFile | undefined): FindFile {
  return (from, specifier) => {
    const path = findPath(from.path, specifier);
    return path === undefined ? undefined : read(path);
  };
}

/** Functions that define tables: of SQLAlchemy, of Drizzle and of the host. */
const makers = new Set(['Table', 'pgTable', 'jobsTable', 'resultsTable']);

/** Tables with literal names. Omits names that the code computes. */
export function tablesIn(program: Program, files: readonly CodeFile[]): Named[] {
  return files.flatMap((file) => {
    const inClasses = file.classes.map(({ entries }) => entries.findLast(({ key }) => key === tableKey)?.value);
    const made = file.calls.filter(({ callee }) => makers.has(program.nameOf({ file, expression: callee }) ?? ''));
    return [...inClasses, ...made.map(({ args }) => args[0])].flatMap((given) => namedBy(program, file, given));
  });
}

function namedBy(program: Program, file: CodeFile, expression: Expression | undefined): Named[] {
  const name = expression && program.textOf({ file, expression });
  if (!expression || name === undefined) return [];
  return [{ name, place: placeOf({ file, expression }), isSure: true }];
}
