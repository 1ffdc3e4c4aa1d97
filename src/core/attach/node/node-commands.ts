import { type AppCommand, type AppCommands, type AppFiles, baseName, folderName, pathOf } from '../application.ts';
import type { Build } from './build.ts';
import type { NodeApplication } from './detect-node.ts';

export function nodeCommands(
  files: AppFiles,
  application: NodeApplication,
  entry: string,
  modulesDir: string,
): AppCommands {
  const {
    packageManager: manager,
    package: { scripts },
  } = application;
  const build = application.buildOf(entry);
  const script = (name: string) => at(manager, 'run', name);
  const { test = '' } = scripts;
  const migrate = migrateOf(application);
  return {
    install: [at(manager, 'install')],
    build: build.script === undefined ? [] : [script(build.script)],
    migrate,
    isMigrationUnclear: application.migrations !== undefined && migrate.length === 0,
    start: startOf(application, build, entry),
    portVariables: portVariables(files),
    test: test === '' || /no test specified/.test(test) ? [] : [script('test')],
    builtModules: build.script === undefined ? undefined : build.outputOf(modulesDir),
  };
}

function at(...argv: readonly string[]): AppCommand {
  return { argv, cwd: '' };
}

const migrationScripts =
  /^(?:(?:db|database|knex|prisma|typeorm|drizzle):)?(?:migrat(?:e|ions?))(?::(?:up|run|latest|deploy))?$/;

/** A script of the application, else the command of its tool. */
function migrateOf({ migrations, packageManager, package: { scripts } }: NodeApplication): AppCommand[] {
  if (migrations === undefined) return [];
  const name = Object.keys(scripts).find((one) => migrationScripts.test(one));
  if (name !== undefined) return [at(packageManager, 'run', name)];
  const exec = executors[packageManager] ?? ['npx'];
  if (migrations.tool === 'prisma') return [at(...exec, 'prisma', 'migrate', 'deploy')];
  if (migrations.tool === 'knex') return [at(...exec, 'knex', 'migrate:latest')];
  if (migrations.tool === 'drizzle') return [at(...exec, 'drizzle-kit', 'migrate')];
  return [];
}

const executors: Readonly<Record<string, readonly string[]>> = {
  npm: ['npx'],
  pnpm: ['pnpm', 'exec'],
  yarn: ['yarn', 'run'],
  bun: ['bunx'],
};

const watches = /\b(?:nodemon|--watch|watch|ts-node-dev|start:dev)\b/;
const compiles = /\b(?:nest start|tsc|tsx|ts-node|swc|tsup)\b/;

/** A script that starts what the build made, else the built entry point itself. */
function startOf(
  { packageManager, package: { scripts } }: NodeApplication,
  build: Build,
  entry: string,
): AppCommand | undefined {
  const usual = ['start:prod', 'start', 'serve', 'start:production', 'dev'].filter((name) => {
    const command = scripts[name];
    return command !== undefined && !watches.test(command);
  });
  const isBuilt = build.script !== undefined;
  const name = usual.find((one) => !isBuilt || !compiles.test(scripts[one] ?? ''));
  if (name !== undefined) return at(packageManager, 'run', name);
  const stem = pathOf(folderName(entry), baseName(entry).replace(/\.[cm]?[jt]s$/, ''));
  if (isBuilt) return at('node', `${build.outputOf(stem)}.js`);
  return build.isTypeScript ? undefined : at('node', entry);
}

/** `PORT`, and variables of such names that the application reads. */
function portVariables(files: AppFiles): string[] {
  const pattern = /(?<![\w])((?:APP|HTTP|SERVER|API|WEB|LISTEN|NODE|BACKEND|FASTIFY|NEST|APPLICATION)_PORT)\b/g;
  const found = files.paths
    .filter((path) => /\.[cm]?[jt]s$|(^|\/)\.?env[\w.-]*$/.test(path))
    .flatMap((path) => [...(files.read(path) ?? '').matchAll(pattern)].map(([, name = '']) => name));
  return [...new Set(['PORT', ...found])];
}
