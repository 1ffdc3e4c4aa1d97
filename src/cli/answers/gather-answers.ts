import { Failure } from '../../core/failure.ts';
import type { Answers } from '../../core/manifest/answers.ts';
import type { Manifest } from '../../core/manifest/schema.ts';
import { readGitAuthor } from '../../io/git.ts';
import type { Io } from '../../io/io.ts';
import { resolveStack } from '../../io/pack/find-pack.ts';
import { mayAsk } from '../output/show-plan.ts';
import type { FoundHost, HostFlags } from '../steps/find-host.ts';
import { readManifestFile } from '../steps/read-manifest.ts';
import type { Conversation } from './conversation.ts';
import { importTypes } from './import-types.ts';
import { makeManifest } from './make-manifest.ts';
import { type AnswerFlags, answersFromFlags, mergeAnswers, readAnswersFile } from './read-answers.ts';

/** The flags that define the module. */
export interface SourceFlags extends AnswerFlags {
  readonly from?: string;
  readonly answers?: string;
}

/** The answers known before the first prompt. */
export interface Given {
  readonly answers: Answers;
  readonly base: Manifest | undefined;
}

/** Flags override the answers file, which overrides the manifest of `--from`. */
export async function gatherAnswers(io: Io, name: string | undefined, flags: SourceFlags): Promise<Given> {
  const imported = await importTypes(io, flags);
  const fromFlags = { ...(await answersFromFlags(name, flags)), ...imported };
  const fromFile = flags.answers === undefined ? {} : await readAnswersFile(io.cwd, flags.answers);
  const base = flags.from === undefined ? undefined : await readManifestFile(io, flags.from);
  const merged = mergeAnswers(fromFlags, fromFile);
  const stack = merged.stack === undefined ? {} : { stack: resolveStack(merged.stack, io.cwd) };
  const known = merged.name ?? base?.name;
  return { answers: { ...merged, ...stack, ...(known === undefined ? {} : { name: known }) }, base };
}

export async function authorOf(io: Io, { answers, base }: Given): Promise<string> {
  return answers.author ?? base?.author ?? (await readGitAuthor(io.cwd)) ?? 'unknown';
}

/** The manifest of a module for which nothing is asked. */
export function manifestOf({ answers, base }: Given, author: string): Manifest {
  const { name } = answers;
  if (name === undefined) throw new Failure('answer-missing', { flag: '<name>' });
  return makeManifest({ ...answers, name }, author, base);
}

/** Asks for missing answers, if that is allowed; a manifest of `--from` has them all. */
export async function converse(
  io: Io,
  given: Given,
  found: FoundHost,
  author: string,
  flags: HostFlags,
): Promise<Conversation | undefined> {
  if (given.base !== undefined || !mayAsk(io, flags)) return undefined;
  const { without: _, ...answers } = given.answers;
  makeManifest({ name: 'example', ...answers }, author, undefined);
  return (await import('./conversation.ts')).startConversation(io, given.answers, found, author, flags);
}
