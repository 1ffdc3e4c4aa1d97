import type { Call, CodeFile } from '../../code/expression.ts';
import type { Located } from '../../code/program.ts';
import { pythonStatements } from '../../code/python/parse-python.ts';
import type { Statement } from '../../code/statements.ts';
import { type AppFiles, type EntryPoint, lineAt } from '../application.ts';
import type { ServerCommand } from '../server-commands.ts';
import { type ImportNames, moduleName } from './import-names.ts';
import type { PythonCode } from './read-python.ts';

/** An application object of FastAPI. */
export interface PythonEntry extends EntryPoint {
  /** `app`, or `self.app`; `undefined` if it has no name. */
  readonly name: string | undefined;
  /** The function that makes it. */
  readonly factory: string | undefined;
  /** Whether a file can import it, or call its factory without arguments. */
  readonly isImportable: boolean;
  /** The statement that makes it; `undefined` if nothing can be inserted after it. */
  readonly statement: Statement | undefined;
  /** Further lines that make it, such as in another branch. */
  readonly moreLines: readonly number[];
}

/** The application objects, the one that a server is started with first. */
export function pythonEntries(code: PythonCode, names: ImportNames, commands: readonly ServerCommand[]): PythonEntry[] {
  const mounted = mountedIn(code);
  const found = filesWith(code, 'FastAPI').flatMap((file) =>
    file.calls
      .filter((call) => isFastApi(code, file, call))
      .map((call) => ({
        entry: withReason(code, entryOf(file, call), names, commands),
        isMounted: mounted.some((one) => one.file.path === file.path && one.expression.from === call.from),
      })),
  );
  // One that a server is started with is kept, also if another one mounts it.
  const outer = found.filter(({ entry, isMounted }) => !isMounted || rankOf(entry) === startedRank);
  const entries = (outer.length > 0 ? outer : found).map(({ entry }) => entry);
  const ids = [...new Set(entries.map(({ id }) => id))];
  return ids.map((id) => inOne(entries.filter((one) => one.id === id))).sort((a, b) => rankOf(b) - rankOf(a));
}

/** An application that is made in several places: no single one can be followed by the call. */
function inOne(places: readonly PythonEntry[]): PythonEntry {
  const [first, ...more] = [...places].sort((a, b) => rankOf(b) - rankOf(a)) as [PythonEntry, ...PythonEntry[]];
  return more.length === 0 ? first : { ...first, statement: undefined, moreLines: more.map(({ line }) => line) };
}

function filesWith(code: PythonCode, text: string): CodeFile[] {
  return code.paths.filter((path) => code.files.read(path)?.includes(text)).flatMap((path) => code.file(path) ?? []);
}

/** What applications mount: `app.mount("/admin", admin)`. */
function mountedIn(code: PythonCode): Located[] {
  return filesWith(code, '.mount(').flatMap((file) =>
    file.calls
      .filter(({ callee }) => callee.kind === 'member' && callee.property === 'mount')
      .flatMap(({ args, named }) => args[1] ?? named.find(({ key }) => key === 'app')?.value ?? [])
      .map((expression) => code.program.resolve({ file, expression })),
  );
}

/** Whether a call makes an application: `FastAPI(…)`, `fastapi.FastAPI(…)`, or a class of the application's own. */
function isFastApi({ program }: PythonCode, file: CodeFile, { callee }: Call): boolean {
  const at = { file, expression: callee };
  if (callee.kind === 'member') return callee.property === 'FastAPI';
  if (callee.kind !== 'name') return false;
  if (file.imports.get(callee.name)?.from.startsWith('fastapi')) return program.nameOf(at) === 'FastAPI';
  const { expression, file: home } = program.resolve(at);
  return (
    expression.kind === 'record' &&
    expression.isClass &&
    expression.spreads.some((base) => program.nameOf({ file: home, expression: base }) === 'FastAPI')
  );
}

function entryOf({ path, text }: CodeFile, call: Call): PythonEntry {
  const { all } = pythonStatements(text);
  const around = all.filter(({ from, to }) => from <= call.from && call.to <= to).at(-1);
  const name = around?.target;
  const factory = around?.functions.at(-1);
  const isSure =
    around?.isAlone === true &&
    !around.isBroken &&
    around.kind === 'assignment' &&
    name !== undefined &&
    // The call is the whole value: `app = FastAPI()`, not `app = wrap(FastAPI())`.
    /^[\w.]+[ \t]*(?::[^=]+)?=\s*$/.test(text.slice(around.from, call.from)) &&
    text.slice(call.to, around.to).trim() === '';
  return {
    id: `${path}:${factory ?? name ?? 'app'}`,
    file: path,
    line: lineAt(text, call.from),
    isBroken: around?.isBroken ?? false,
    reason: factory === undefined ? 'the application object' : `made in ${factory}()`,
    name,
    factory: factory === '' ? undefined : factory,
    isImportable: isSure && isImportable(text, around),
    statement: isSure ? around : undefined,
    moreLines: [],
  };
}

function isImportable(text: string, { functions, indent, target }: Statement): boolean {
  const [factory, ...inside] = functions;
  if (factory === undefined) return indent === '' && /^\w+$/.test(target ?? '');
  const [, parameters = '*'] = new RegExp(`^def ${factory}\\(([^)]*)\\)`, 'm').exec(text) ?? [];
  return inside.length === 0 && parameters.split(',').every((one) => one.trim() === '' || one.includes('='));
}

function withReason(
  { files }: PythonCode,
  entry: PythonEntry,
  names: ImportNames,
  commands: readonly ServerCommand[],
): PythonEntry {
  const own = moduleName(names, entry.file);
  const command = commands.find(({ target, isFactory }) => {
    const [module = '', object = ''] = target.split(':');
    const isFile = module === own || own.endsWith(`.${module}`) || module.endsWith(`.${own}`);
    if (isFile)
      return isFactory
        ? object === entry.factory
        : object === entry.name || usesFactory(files, entry, entry.file, object);
    // Another file calls the factory.
    const other = files.paths.find((path) => moduleName(names, path) === module);
    return entry.factory !== undefined && other !== undefined && usesFactory(files, entry, other, object);
  });
  if (command === undefined) return entry;
  return { ...entry, reason: `${command.target} is started in ${command.file}:${command.line}` };
}

function usesFactory({ read }: AppFiles, { factory }: PythonEntry, file: string, object: string): boolean {
  if (factory === undefined) return false;
  return new RegExp(`^${object}\\b[^=\\n]*=\\s*${factory}\\(`, 'm').test(read(file) ?? '');
}

/** How a server finds an entry point in a module; `undefined` if it has no name. */
export function targetOf({ factory, name }: PythonEntry, module: string): string | undefined {
  const object = factory ?? name;
  return object === undefined ? undefined : `${module}:${object}`;
}

const startedRank = 2;

/** Higher is better: started by a command, then made in a file with a usual name. */
export function rankOf({ reason, file }: EntryPoint): number {
  if (reason.includes(' is started in ')) return startedRank;
  return /(^|\/)(main|app|asgi|server|application|__init__|factory)\.py$/.test(file) ? 1 : 0;
}
