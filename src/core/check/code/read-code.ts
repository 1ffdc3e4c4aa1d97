import { handledEvents, publishedEvents } from './events.ts';
import type { CodeFile } from './expression.ts';
import type { Broken, CodeFacts } from './facts.ts';
import { fastapiRoutes } from './fastapi-routes.ts';
import { fastifyRoutes } from './fastify-routes.ts';
import { isGuard, merged, permissionsOf } from './guards.ts';
import { fileFinder, pythonPath, typescriptPath } from './module-files.ts';
import { parsePython } from './parse-python.ts';
import { parseTypescript } from './parse-typescript.ts';
import { Program } from './program.ts';
import { pydanticSettings, zodSettings } from './settings.ts';
import { tablesIn } from './tables.ts';

interface Language {
  readonly endings: readonly string[];
  /** A module whose code never mentions it is of no stack that is known here. */
  readonly framework: string;
  /** A file without any of these has none of the facts itself; it is parsed where another one imports from it. */
  readonly words: readonly string[];
  readonly namesAllPermissions: boolean;
}

const verbs = ['.get', '.post', '.put', '.patch', '.delete', 'route'];
const languages: readonly Language[] = [
  {
    endings: ['.ts', '.mts', '.js', '.mjs'],
    framework: 'fastify',
    words: [...verbs, '.publish', '.on(', '.subscribe', 'lifecycle', 'BaseConfig', 'ermission', 'Table('],
    namesAllPermissions: true,
  },
  {
    endings: ['.py'],
    framework: 'fastapi',
    words: [
      ...verbs,
      '.publish',
      '.on(',
      '.subscribe',
      'LifecycleEvents',
      'JobSpec',
      'Config',
      'requires',
      'ermission',
      'Table(',
      'table',
    ],
    namesAllPermissions: false,
  },
];

/**
 * What the code of the module in `folder` says; `undefined` where it is of no stack that is known here. `unread` are the
 * files, and folders with a slash behind their names, that there are besides, each with the reason.
 */
export function readCode(
  texts: ReadonlyMap<string, string>,
  folder: string,
  unread: ReadonlyMap<string, string> = new Map(),
): CodeFacts | undefined {
  const language = languages.find(({ endings, framework }) =>
    [...texts].some(([path, text]) => hasEnding(path, endings) && text.includes(framework)),
  );
  if (!language) return undefined;
  const facts = factsOf(language, texts, folder);
  const missed = [...unread].filter(([path]) => path.endsWith('/') || hasEnding(path, language.endings));
  return { ...facts, broken: [...facts.broken, ...missed.map(([file, reason]) => ({ file, from: 0, to: 0, reason }))] };
}

function factsOf(language: Language, texts: ReadonlyMap<string, string>, folder: string): CodeFacts {
  const paths = [...texts.keys()].filter((path) => hasEnding(path, language.endings));
  const isPython = language.framework === 'fastapi';
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

  const routes = (isPython ? fastapiRoutes : fastifyRoutes)(program, files);
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
    routes: routes.routes,
    permissions: guards.permissions,
    published: published.named,
    handled: handled.named,
    settings: settings.named,
    tables: tablesIn(program, files),
    broken,
    unclear: {
      routes: routes.unclear,
      permissions: guards.unclear,
      published: published.unclear,
      handled: handled.unclear,
      settings: settings.unclear,
    },
    namesAllPermissions: language.namesAllPermissions,
    texts,
  };
}

function hasEnding(path: string, endings: readonly string[]): boolean {
  return endings.some((ending) => path.endsWith(ending)) && !path.endsWith('.d.ts');
}
