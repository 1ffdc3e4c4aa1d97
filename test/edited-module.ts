import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The arguments that make a module with one more of everything than the standard. */
export const newModule: readonly string[] = [
  ...['new', 'notes', '--description', 'Keeps notes', '--author', 'Ann', '--yes'],
  ...['--endpoint', 'POST /reindex', '--emit', 'notes.indexed', '--subscribe', 'file.uploaded'],
  ...['--permission', 'notes:export', '--config', 'top_k={type: integer, default: 5, minimum: 1}'],
  ...['--config', 'lang=fr'],
];

export type Stack = 'fastify' | 'fastapi';

export const modulesOf = { fastify: 'src/ai/modules', fastapi: 'app/ai/modules' } as const;

/** By file: the line that a user wrote something before. */
const edits: Readonly<Record<Stack, Readonly<Record<string, string>>>> = {
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

/** What the user wrote into each file, before that line. */
export const mineIn = (file: string): string => {
  if (file.endsWith('.py')) return '# Mine, all mine.';
  return file.endsWith('.md') ? 'Mine, all mine.' : '/** Mine, all mine. */';
};

export const editedFiles = (stack: Stack): readonly string[] => Object.keys(edits[stack]);

/** A line of the user's in the files of the module that follow the manifest; `names`: those called otherwise there. */
export function editAsUser(stack: Stack, folder: string, names: Readonly<Record<string, string>> = {}): void {
  for (const known of editedFiles(stack)) {
    const file = join(folder, names[known] ?? known);
    writeFileSync(file, editedText(stack, known, readFileSync(file, 'utf8')));
  }
}

/** The text of one of those files with that line. */
export function editedText(stack: Stack, file: string, text: string): string {
  const line = edits[stack][file] as string;
  const indent = /^ */.exec(line)?.[0] ?? '';
  return replacedIn(text, line, `${indent}${mineIn(file)}\n${file.endsWith('.md') ? '\n' : ''}${line}`);
}

/** A change of a text that must be there. */
export function replaceIn(file: string, from: string, to: string): void {
  writeFileSync(file, replacedIn(readFileSync(file, 'utf8'), from, to));
}

export function replacedIn(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`there is no ${from} in ${text}`);
  return text.replace(from, () => to);
}
