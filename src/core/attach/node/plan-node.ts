import { typescriptStatements } from '../../code/typescript/parse-typescript.ts';
import type { PortsContext } from '../../pack/render-host.ts';
import {
  type AppFiles,
  baseName,
  type FileEdit,
  type Framework,
  folderName,
  type PrintedEdit,
  pathOf,
} from '../application.ts';
import type { AttachChoices, AttachDraft } from '../draft.ts';
import { addToJsonList, changeJsonEntry } from '../edit-json.ts';
import { insertAfter, insertAt, insertImport } from '../insert.ts';
import type { Build } from './build.ts';
import type { NodeApplication } from './detect-node.ts';
import type { NodeEntry } from './entry-points.ts';
import { editLinters } from './linters.ts';
import { placeFor } from './place.ts';
import { runnerNotes } from './test-runner.ts';
import { type NodeUser, userMiddleware } from './users.ts';

export function planNode(files: AppFiles, application: NodeApplication, choices: AttachChoices): AttachDraft {
  const { dir, prefix, migrations, database } = choices;
  const entry = application.entries.find(({ id }) => id === choices.entry.id) as NodeEntry;
  const user = application.users.find(({ id }) => id === choices.user?.id);
  const build = application.buildOf(entry.file);
  const hostFile = `${pathOf(dir, 'host')}.${extensionOf(entry.file)}`;
  const edits: FileEdit[] = [];
  const printed: PrintedEdit[] = [];
  const add = (one: FileEdit | PrintedEdit | undefined) => {
    if (one !== undefined) 'after' in one ? edits.push(one) : printed.push(one);
  };
  const middleware = userMiddleware(files, entry.file, user);
  add(editNodeEntry(files, entry, build, dir, application.framework, middleware));
  for (const one of [...excludeModules(files, build, dir), ...editLinters(files, application.package, dir)]) add(one);
  const ports: PortsContext = {
    imports: [],
    database: database?.expression ?? null,
    user: user ? portsUser(user, choices.admin) : null,
    passportImport: build.hasDefaultImports ? 'passport' : '* as passport',
    kind: user?.kind ?? 'none',
    cookies: user?.isCookie ?? false,
  };
  return {
    attached: {
      framework: application.framework,
      entry: entry.file,
      dir,
      prefix,
      migrations,
      module_kind: build.moduleKind,
      extension: extensionOf(entry.file),
      import_ending: build.dynamicEnding,
      ports,
    },
    edits,
    printed,
    notes: [
      ...application.notes,
      ...(user
        ? []
        : [`How the application knows the user of a request was not found: write authenticate in ${hostFile}.`]),
      ...(user?.kind === 'request' && !middleware?.test(files.read(entry.file) ?? '')
        ? [
            `${user.file}:${user.line} sets the user of a request, and was not found to run for every path: run it for ${prefix} before ${entry.file} attaches the guest, without refusing requests that have no login, or find the user in authenticate of ${hostFile}.`,
          ]
        : []),
      ...(user && choices.admin === undefined
        ? [`No user is an administrator: set isAdmin in ${hostFile}, or attach with --admin.`]
        : []),
      ...runnerNotes(application.package, pathOf(dir, 'modules')),
      ...(build.script === undefined && !/\b(?:tsx|bun)\b/.test(application.package.scripts.start ?? '')
        ? [
            `The modules are TypeScript, which Node runs from 22.18 on. With an older one add tsx to the dependencies, and start the application with it: node --import tsx ${entry.file}.`,
          ]
        : []),
    ],
  };
}

/** The files have the language and the module kind of the entry point. */
function extensionOf(entry: string): string {
  return /\.([cm]?[jt]s)$/.exec(entry)?.[1]?.replace(/^cts$/, 'ts') ?? 'ts';
}

/** The user in the ports file. A session may have the id only. */
function portsUser({ name, idField, isId }: NodeUser, admin = 'false'): NonNullable<PortsContext['user']> {
  const id = isId ? 'user' : `user.${idField}`;
  const type = isId ? 'string | number' : `{ readonly ${idField}: string | number${fieldFor(admin)} }`;
  const [, property = ''] = /^session\.(?!get\b)(\w+)/.exec(name) ?? [];
  const session = property === '' ? '{ get(name: string): AppUser | undefined }' : `{ readonly ${property}?: AppUser }`;
  return { name, id, admin: isId ? 'false' : admin, type, session };
}

/** The property that an expression about administrators reads: `; readonly role?: unknown`. */
function fieldFor(admin: string): string {
  const [, name, inner] = /^user\.(\w+)(?:\??\.(\w+))?/.exec(admin) ?? [];
  if (name === undefined) return '';
  if (inner === 'includes') return `; readonly ${name}: readonly string[]`;
  if (inner !== undefined) return `; readonly ${name}?: { readonly ${inner}?: unknown }`;
  return /^user\.\w+$/.test(admin) ? `; readonly ${name}: boolean` : `; readonly ${name}?: unknown`;
}

/** The script of package.json that builds the application, with the step that builds the modules. */
export function withModulesBuild(text: string, build: Build, dir: string): string | undefined {
  if (build.script === undefined) return undefined;
  return changeJsonEntry(text, 'scripts', build.script, (script) => `${script} && ${modulesBuild(build, dir)}`);
}

/** The command that builds the modules to where the application expects them. */
export function modulesBuild(build: Build, dir: string): string {
  const folder = pathOf(dir, 'modules');
  return `ai-module-runtime build ${folder} ${build.outputOf(folder)}`;
}

/** The runtime compiles the modules: their imports end in .ts. */
function excludeModules(files: AppFiles, { configs, outDir }: Build, dir: string): (FileEdit | PrintedEdit)[] {
  return configs.map((config): FileEdit | PrintedEdit => {
    const text = files.read(config) ?? '';
    const up = '../'.repeat(config.split('/').length - 1);
    const pattern = `${up}${pathOf(dir, 'modules')}`;
    const line = `"exclude": ["${pattern}"]`;
    // With nothing but references it compiles no file.
    if (/"files"\s*:\s*\[\s*\]/.test(text))
      return { file: config, reason: 'none of its references was found to compile the entry point', lines: [line] };
    // What TypeScript leaves out without a list.
    const after = addToJsonList(text, ['exclude'], pattern, ['node_modules', `${up}${outDir}`]);
    if (after !== undefined) return { file: config, after };
    return { file: config, reason: 'its layout is unusual', lines: [line] };
  });
}

interface Style {
  readonly quote: string;
  readonly end: string;
}

function styleOf(text: string): Style {
  const double = (text.match(/(?:from |require\()"/g) ?? []).length;
  const single = (text.match(/(?:from |require\()'/g) ?? []).length;
  const lines = text.split('\n').filter((line) => /^(import|const|let|export)\b.*[^{([,]\s*$/.test(line));
  const ended = lines.filter((line) => line.trimEnd().endsWith(';')).length;
  return { quote: double > single ? '"' : "'", end: ended * 2 >= lines.length ? ';' : '' };
}

function editNodeEntry(
  files: AppFiles,
  { file, line: madeAt, name, statement, body, isBroken }: NodeEntry,
  build: Build,
  dir: string,
  framework: Framework,
  middleware: RegExp | undefined,
): FileEdit | PrintedEdit {
  const text = files.read(file) ?? '';
  const { quote, end } = styleOf(text);
  const local = /\bguest\b/.test(text) ? 'aiGuest' : 'guest';
  const specifier = `${quote}${relativeSpecifier(file, pathOf(dir, 'attachment'))}${build.importEnding}${quote}`;
  const isRequired = build.moduleKind === 'commonjs' && !build.isTypeScript;
  const names = local === 'guest' ? 'guest' : isRequired ? `guest: ${local}` : `guest as ${local}`;
  const line = isRequired
    ? `const { ${names} } = require(${specifier})${end}`
    : `import { ${names} } from ${specifier}${end}`;
  const call = `${local}.attach(${name ?? 'app'})${end}`;
  const uncertain = (reason: string): PrintedEdit => ({ file, reason, lines: [line, call] });
  if (name === undefined || (statement === undefined && body === undefined))
    return uncertain(
      isBroken ? 'there is a syntax error' : `the application of line ${madeAt} has no name on a line of its own`,
    );
  const { all } = typescriptStatements(text);
  const imports = all.filter(
    ({ kind, functions, from, to }) =>
      functions.length === 0 &&
      (kind === 'import' || /^(?:const|var|let)\b[^=]*=\s*require\(/.test(text.slice(from, to))),
  );
  const place = statement && placeFor(text, all, statement, name, framework, middleware);
  if (typeof place === 'string') return uncertain(place);
  const called = place ? insertAfter(text, place, call) : intoBody(text, body as NonNullable<typeof body>, call);
  const before = imports.filter(({ from }) => from < (place?.from ?? body?.from ?? 0));
  return { file, after: insertImport(called, before, line, moduleOf, false) };
}

function intoBody(text: string, { from }: { readonly from: number }, call: string): string {
  const lineEnd = text.indexOf('\n', from);
  const next = /^[ \t]*/.exec(text.slice(lineEnd + 1))?.[0] || '  ';
  return insertAt(text, lineEnd + 1, `${next}${call}`);
}

function relativeSpecifier(file: string, target: string): string {
  const from = folderName(file) === '' ? [] : folderName(file).split('/');
  const to = target.split('/');
  let shared = 0;
  while (shared < from.length && from[shared] === to[shared]) shared += 1;
  const up = from.length - shared;
  return `${up === 0 ? './' : '../'.repeat(up)}${to.slice(shared).join('/')}`;
}

function moduleOf(line: string): string {
  const specifier = /(?:from|require\()\s*['"]([^'"]+)['"]/.exec(line)?.[1] ?? '';
  return specifier.startsWith('.') ? `./${baseName(specifier)}` : specifier;
}
