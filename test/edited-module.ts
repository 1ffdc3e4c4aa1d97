import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Arguments that create a module with one addition to every list of the standard module. */
export const newModule: readonly string[] = [
  ...['new', 'notes', '--description', 'Keeps notes', '--author', 'Ann', '--yes'],
  ...['--endpoint', 'POST /reindex', '--emit', 'notes.indexed', '--subscribe', 'file.uploaded'],
  ...['--permission', 'notes:export', '--config', 'top_k={type: integer, default: 5, minimum: 1}'],
  ...['--config', 'lang=fr'],
];

export type Stack = 'fastify' | 'fastapi';

export const modulesOf = { fastify: 'src/ai/modules', fastapi: 'app/ai/modules' } as const;

type Edits = Readonly<Record<Stack, Readonly<Record<string, string>>>>;

/** For each file, the line before which the user inserts text. */
const edits: Edits = {
  fastify: {
    'routes.ts': '    await app.register(jobRoutes(service));',
    'events.ts': 'export function registerEventHandlers',
    'config.ts': '/**\n * The settings of this module',
    'dependencies.ts': 'export { requireAdmin',
    'service.ts': '  override readonly provider',
    'index.ts': '  override readonly parts',
    'tests/routes.test.ts': 'const request = ',
    'tests/contract.test.ts': 'await describeContract',
    'tests/events.test.ts': "describe('user.deleted'",
    'README.md': '## Tests',
  },
  fastapi: {
    'routes.py': '    router = job_routes(service)',
    'events.py': '        await service.erase_user(user_id_of(event))',
    'config.py': 'class NotesConfig(ModuleConfig):',
    'service.py': '        self.provider = create_provider(context, self.config)',
    'tests/test_contract.py': 'TestContract = ',
    'README.md': '## Tests',
  },
};

/** The same in modules of version 0.1. */
const oldEdits: Edits = {
  fastify: {
    'routes.ts': "        summary: 'Start a job',",
    'events.ts': '/** The events of this module.',
    'schemas.ts': '    options: base.Options,',
    'config.ts': 'export type Config',
    'dependencies.ts': '/** Guards of routes',
    'service.ts': '    return step.data;',
    'index.ts': '  override router() {',
    'tests/routes.test.ts': 'const input = ',
    'tests/contract.test.ts': "  it('on endpoints'",
    'tests/events.test.ts': "describe('the life of a job'",
    'README.md': '## Tests',
  },
  fastapi: {
    'routes.py': '    job = await service.start_processing(body, user.id)',
    'events.py': '        user_id = user_id_of(event)',
    'schemas.py': 'class NotesResponse(base.ProcessResponse):',
    'config.py': '    model_config = SettingsConfigDict(env_prefix="NOTES_")',
    'README.md': '## Tests',
  },
};

/** The text that the user inserts. */
export const userTextIn = (file: string): string => {
  if (file.endsWith('.py')) return '# Mine, all mine.';
  return file.endsWith('.md') ? 'Mine, all mine.' : '/** Mine, all mine. */';
};

export const editedFiles = (stack: Stack, isOld = false): readonly string[] =>
  Object.keys((isOld ? oldEdits : edits)[stack]);

interface EditOptions {
  /** For files that have another name there. */
  readonly names?: Readonly<Record<string, string>>;
  /** Whether the module is one of version 0.1. */
  readonly isOld?: boolean;
}

/** Inserts the user's text into files of a module. */
export function editAsUser(stack: Stack, folder: string, { names = {}, isOld = false }: EditOptions = {}): void {
  for (const known of editedFiles(stack, isOld)) {
    const file = join(folder, names[known] ?? known);
    writeFileSync(file, editedText(stack, known, readFileSync(file, 'utf8'), isOld));
  }
}

/** The text of a file with the user's text inserted. */
export function editedText(stack: Stack, file: string, text: string, isOld = false): string {
  const line = (isOld ? oldEdits : edits)[stack][file] as string;
  const indent = /^ */.exec(line)?.[0] ?? '';
  return replacedIn(text, line, `${indent}${userTextIn(file)}\n${file.endsWith('.md') ? '\n' : ''}${line}`);
}

/** Replaces a text in a file. Throws if it is missing. */
export function replaceIn(file: string, from: string, to: string): void {
  writeFileSync(file, replacedIn(readFileSync(file, 'utf8'), from, to));
}

export function replacedIn(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`${from} is missing in ${text}`);
  return text.replace(from, () => to);
}
