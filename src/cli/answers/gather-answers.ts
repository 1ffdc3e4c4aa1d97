import { relative } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { type Answers, manifestFromAnswers } from '../../core/manifest/answers.ts';
import { assertFitsProvider, assertFitsTogether } from '../../core/manifest/fit-together.ts';
import type { Manifest } from '../../core/manifest/schema.ts';
import { reservedReason } from '../../core/pack/pack-meta.ts';
import { readGitAuthor } from '../../io/git.ts';
import type { Io } from '../../io/io.ts';
import { namesInUse } from '../../io/module/plan-module.ts';
import { resolveStack } from '../../io/pack/find-pack.ts';
import { mayAsk } from '../output/show-plan.ts';
import { programName } from '../output/version.ts';
import type { FoundHost, HostFlags } from '../steps/find-host.ts';
import { readManifestFile } from '../steps/read-manifest.ts';
import { importTypes } from './import-types.ts';
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

/** The manifest from the answers. Prompts for missing ones if allowed; a manifest of `--from` has them all. */
export async function completeManifest(
  io: Io,
  { answers, base }: Given,
  found: FoundHost,
  author: string,
  flags: HostFlags,
): Promise<Manifest> {
  const defaults = { author, dependencies: [] };
  const make = (all: Answers & { readonly name: string }) => {
    const manifest = assertFitsTogether(manifestFromAnswers(all, defaults, base));
    assertFitsProvider(all, manifest);
    return manifest;
  };
  if (base === undefined && mayAsk(io, flags)) {
    make({ name: 'example', ...answers });
    return make(await askForRest(io, answers, found, author, flags));
  }
  const { name } = answers;
  if (name === undefined) throw new Failure('answer-missing', { flag: '<name>' });
  return make({ ...answers, name });
}

async function askForRest(
  io: Io,
  answers: Answers,
  { host, meta, stack, isNew }: FoundHost,
  author: string,
  flags: HostFlags,
) {
  const [{ askMissing }, { repeatCommand }] = await Promise.all([
    import('../prompts/questions.ts'),
    import('./repeat.ts'),
  ]);
  const whyReserved = (name: string) => reservedReason(meta, name);
  const asking = { prompter: await io.prompter(), author, namesInUse: namesInUse(host), whyReserved, answers };
  const all = await askMissing(asking, meta.questions);
  const place = isNew ? relative(io.cwd, host.root) : '';
  const repeated = { ...flags, host: flags.host ?? (place === '' ? undefined : place) };
  io.err.write(
    `To skip the questions next time, run:\n  ${repeatCommand(programName(io), { author, ...all }, stack, repeated)}\n`,
  );
  return all;
}
