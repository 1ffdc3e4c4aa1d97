import { managerOf } from '../../pack/runtime/package-manager.ts';
import {
  type AppFiles,
  type Application,
  type EntryPoint,
  type Evidence,
  type Fact,
  type Framework,
  findIn,
  folderName,
  frameworkTitles,
  pathOf,
} from '../application.ts';
import { type Build, readBuild } from './build.ts';
import { bundlerRefusal } from './bundler.ts';
import { nodeDatabase, nodeMigrations } from './database.ts';
import { type NodeEntry, nodeEntries, rankOf } from './entry-points.ts';
import { dependencyAt, nodeCode, type Package, readPackage } from './read-node.ts';
import { type NodeUser, nodeUsers } from './users.ts';

export interface NodeApplication extends Application {
  readonly language: 'node';
  readonly entries: readonly NodeEntry[];
  readonly users: readonly NodeUser[];
  readonly package: Package;
  readonly buildOf: (entry: string) => Build;
  /** The default folder for the modules. */
  readonly dirFor: (entry: EntryPoint) => string;
}

const frameworks: readonly (readonly [dependency: string, framework: Framework])[] = [
  ['@nestjs/core', 'nestjs'],
  ['fastify', 'fastify'],
  ['express', 'express'],
];

/** Reads a Node application; `undefined` if the folder has none. */
export function detectNode(files: AppFiles): NodeApplication | undefined {
  const declared = readPackage(files);
  const found = frameworks.find(([name]) => declared?.dependencies[name] !== undefined);
  if (declared === undefined || found === undefined) return undefined;
  const [dependency, framework] = found;
  const code = nodeCode(files);
  const entries = nodeEntries(code, framework, startedFiles(declared));
  const users = nodeUsers(code, declared);
  const database = nodeDatabase(code, declared);
  const migrations = nodeMigrations(files);
  const manager = nodeManager(files);
  const [entry] = entries;
  const build = readBuild(files, declared, entry?.file ?? '');
  const facts: Fact[] = [
    fact(
      'framework',
      `${frameworkTitles[framework]} ${declared.dependencies[dependency]}`,
      dependencyAt(files, dependency),
    ),
    ...(entry ? [fact('application', `${entry.id} (${entry.reason})`, entry)] : []),
    fact(
      'modules',
      `${build.moduleKind === 'esm' ? 'ES modules' : 'CommonJS'}${build.script === undefined ? '' : `, compiled by the script ${build.script}`}`,
    ),
    ...(users[0] ? [fact('user', `${users[0].kind}: ${users[0].name}`, users[0])] : []),
    ...(users[0]?.admin ? [fact('administrators', users[0].admin.expression, users[0].admin)] : []),
    ...(database ? [fact('database', database.dialect ?? 'unknown', database)] : []),
    ...(migrations ? [fact('migrations', migrations.tool, migrations)] : []),
    fact('package manager', manager),
  ];
  return {
    language: 'node',
    stack: 'fastify',
    framework,
    facts,
    refusal:
      refusalOf(files) ??
      (entry && bundlerRefusal(files, declared, entry.file)) ??
      (build.script === undefined ? undefined : oldCompiler(files, declared)),
    entries,
    isEntryClear: entries.length === 1 || (entry !== undefined && rankOf(entry) > rankOf(entries[1] as NodeEntry)),
    users,
    database: database && database.expression === '' ? undefined : database,
    migrations,
    packageManager: manager,
    installs: `${manager} install`,
    notes: [],
    package: declared,
    buildOf: (file) => readBuild(files, declared, file),
    dirFor: ({ file }) => pathOf(file.startsWith('src/') ? 'src' : folderName(file), 'ai'),
  };
}

/** The package manager that the application uses; npm if nothing shows another one. */
export function nodeManager(files: AppFiles): string {
  const own = new Set(files.paths.filter((path) => !path.includes('/')));
  return (
    managerOf(own, files.read('package.json'), false) ??
    managerOf(new Set(files.workspace?.locks), undefined, false) ??
    'npm'
  );
}

function fact(name: string, value: string, ...evidence: readonly Evidence[]): Fact {
  return { name, value, evidence: evidence.map(({ file, line }) => ({ file, line })) };
}

/** The files that the scripts start. */
function startedFiles({ scripts }: Package): string[] {
  return Object.values(scripts).flatMap((script) =>
    [...script.matchAll(/(?<![\w@.-])((?:\.\/)?(?:[\w-]+\/)*[\w.-]+)(?=\s|$)/g)]
      .map(([, path = '']) => path.replace(/^\.\//, ''))
      .filter((path) => /\.[cm]?[jt]s$|^(dist|build|src|lib|out)\//.test(path)),
  );
}

function refusalOf(files: AppFiles): Application['refusal'] {
  const places: readonly (readonly [RegExp, RegExp])[] = [
    [/^\.(nvmrc|node-version)$/, /^v?(\d+)(?:\.(\d+))?/],
    [/^(Docker|Container)file$/, /^FROM[^\n]*\bnode:(\d+)(?:\.(\d+))?(?![\s\S]*^FROM[^\n]*\bnode:\d)/m],
  ];
  // Images of other folders are of other programs, and earlier stages may be tools.
  for (const [name, pattern] of places)
    for (const file of files.paths.filter((path) => name.test(path))) {
      const found = findIn(files, file, pattern);
      const [major, minor] = [Number(found?.match[1] ?? 99), Number(found?.match[2] ?? 99)];
      if (found && (major < 20 || (major === 20 && minor < 19)))
        return {
          reason: `${file}:${found.line} declares Node ${found.match[1]}, and the runtime needs Node 20.19`,
          alternative:
            'Raise the version there, or create a host beside the application with `create-ai-module host init`',
        };
    }
  const engine = findIn(files, 'package.json', /"node"\s*:\s*"([^"]+)"/);
  return engine && isOldNode(engine.match[1] ?? '')
    ? {
        reason: `package.json:${engine.line} declares Node ${engine.match[1]}, and the runtime needs Node 20.19`,
        alternative:
          'Raise the version there, or create a host beside the application with `create-ai-module host init`',
      }
    : undefined;
}

/** Whether a range of `engines` or `volta` has only versions before 20: `18`, `18.x`, `^16 || ^18`, `>=16 <20`. */
function isOldNode(range: string): boolean {
  return range.split('||').every((part) => {
    const upper = /<(=?)\s*v?(\d+)/.exec(part);
    if (upper) return Number(upper[2]) < 20 || (upper[1] === '' && /<\s*v?20(?:\.0)*\s*$/.test(part));
    const exact = /^\s*[v^~=]*\s*(\d+)(?:\.[\dx*]+)*\s*$/.exec(part);
    return exact !== null && Number(exact[1]) < 20;
  });
}

/** The version of a lock file, else the one that package.json begins with. */
function oldCompiler(files: AppFiles, { dependencies, devDependencies }: Package): Application['refusal'] {
  const locks = ['package-lock.json', 'pnpm-lock.yaml', 'yarn.lock'].map((path) => files.read(path) ?? '');
  const locked =
    /(?:"node_modules\/typescript":\s*\{\s*"version":\s*"|^ +\/?typescript@|^"?typescript@.*\n +version:? "?)(\d+)\.(\d+)/m;
  const range = devDependencies.typescript ?? dependencies.typescript ?? '';
  const found = locks.flatMap((text) => [locked.exec(text) ?? []]).find(({ length }) => length > 0);
  const [, major = '99', minor = '0'] = found ?? /^[~^]?(\d+)\.(\d+)/.exec(range) ?? [];
  if (Number(major) > 5 || (Number(major) === 5 && Number(minor) >= 7)) return undefined;
  const { file, line } = dependencyAt(files, 'typescript');
  return {
    reason: `${file}:${line} declares TypeScript ${major}.${minor}, and building modules needs 5.7`,
    alternative:
      'Raise the version of typescript, or create a host beside the application with `create-ai-module host init`',
  };
}
