import { resolve } from 'node:path';
import { importSchema } from '../../core/contract/import-schema.ts';
import { Failure } from '../../core/failure.ts';
import type { Answers } from '../../core/manifest/answers.ts';
import type { Schema, TypeAnswer } from '../../core/manifest/type-answer.ts';
import { readYaml } from '../../core/yaml/fast.ts';
import { isSame } from '../../core/yaml/same.ts';
import { readText } from '../../io/fs/read-file.ts';
import type { Io } from '../../io/io.ts';

const maxSchemaBytes = 10_000_000;

interface ImportFlags {
  readonly input?: string;
  readonly output?: string;
  readonly inputFrom?: string;
  readonly outputFrom?: string;
}

/** The answers that `--input-from` and `--output-from` give. */
export async function importTypes(io: Io, flags: ImportFlags): Promise<Pick<Answers, 'input' | 'output'>> {
  const answers: { input?: TypeAnswer; output?: TypeAnswer } = {};
  for (const id of ['input', 'output'] as const) {
    const from = flags[`${id}From`];
    if (from === undefined) continue;
    if (flags[id] !== undefined) throw new Failure('usage', { message: `Pass --${id} or --${id}-from, not both.` });
    answers[id] = await importType(io, from);
  }
  const [first, second] = [answers.input?.types ?? {}, answers.output?.types ?? {}];
  const clash = Object.keys(first).find((name) => name in second && !isSame(first[name], second[name]));
  if (clash === undefined) return answers;
  throw notImportable(flags.outputFrom ?? '', `the input has another type ${clash}`, 'Rename one of the two.');
}

/** Reads `schema.json`, or `openapi.json#Component`. */
export async function importType(io: Io, from: string): Promise<TypeAnswer & { readonly schema: Schema }> {
  const [, file = from, component] = /^(.+)#(?:\/components\/schemas\/)?([^#/]+)$/.exec(from) ?? [];
  const text = readText(resolve(io.cwd, file), maxSchemaBytes);
  const document = await parse(text).catch((error: Error) => {
    throw notImportable(from, `it is neither JSON nor YAML: ${error.message}`, 'Check the file.', error);
  });
  const { schema, types, dropped, problems } = importSchema(document, 'schema', component);
  const [problem] = problems;
  if (problem !== undefined) {
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    throw notImportable(
      from,
      `${problem.message}${more}`,
      problem.hint ?? 'Change the schema, or declare the type by hand.',
    );
  }
  if (dropped.length > 0) io.err.write(`Note: left out from ${from}: ${dropped.join(', ')}\n`);
  return { schema, types: types as Record<string, Schema>, from };
}

/** JSON first, because it is parsed much faster. */
async function parse(text: string): Promise<unknown> {
  try {
    return JSON.parse(text);
  } catch {
    return readYaml(text);
  }
}

function notImportable(file: string, reason: string, hint: string, cause?: unknown): Failure {
  return new Failure('schema-unusable', { file, reason, hint }, cause);
}
