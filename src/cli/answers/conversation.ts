import { relative } from 'node:path';
import { Failure } from '../../core/failure.ts';
import type { Answers } from '../../core/manifest/answers.ts';
import type { Manifest } from '../../core/manifest/schema.ts';
import { reservedReason } from '../../core/pack/pack-meta.ts';
import { failureWithoutSecrets } from '../../core/report/without-secrets.ts';
import { printable } from '../../core/text/display.ts';
import { Cancelled, type Choice, type Io, isCancelled } from '../../io/io.ts';
import { offeredNames } from '../../io/module/offered-names.ts';
import { namesInUse } from '../../io/module/plan-module.ts';
import { paintFor } from '../output/colors.ts';
import { programName } from '../output/version.ts';
import { askGroup, askMissing, changeableGroups, type GroupId, groups, type Named } from '../prompts/interview.ts';
import type { FoundHost, HostFlags } from '../steps/find-host.ts';
import { type KeptAnswers, keptAnswers } from './kept-answers.ts';
import { makeManifest } from './make-manifest.ts';
import { repeatCommand } from './repeat.ts';

/** The interview of `new`: asks, and changes answers until the user agrees to the plan. */
export interface Conversation {
  /** Proposes a manifest, and others after each change. `confirm` shows a proposal and calls `review`. */
  readonly agree: <T>(
    propose: (manifest: Manifest) => Promise<T>,
    confirm: (proposal: T, review: () => Promise<boolean>) => Promise<boolean>,
  ) => Promise<T & { readonly apply: boolean }>;
  /** Call it when the module is written: forgets the answers, and prints the command that repeats them. */
  readonly finish: () => void;
}

export async function startConversation(
  io: Io,
  given: Answers,
  { host, meta, stack, isNew }: FoundHost,
  author: string,
  flags: HostFlags,
): Promise<Conversation> {
  const prompter = await io.prompter();
  const kept = keptAnswers(io, host.root);
  const names = namesInUse(host);
  let isKept = false;
  const onAnswer = (answers: Answers) => {
    isKept = kept.keep(answers);
  };
  const earlier = await offerKept(io, kept, names);
  const whyReserved = (name: string) => reservedReason(meta, name);
  const interview = {
    prompter,
    author,
    namesInUse: names,
    whyReserved,
    offered: await offeredNames(host),
    order: meta.questions,
    given,
    onAnswer,
  };
  /** Ctrl-C keeps the answers, and reports it. */
  const keeping = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      if (!isKept || !isCancelled(error) || error.message !== '') throw error;
      throw new Cancelled(`Your answers were kept for the next run.\nCancelled. Nothing was written.`);
    });
  let answers: Named = await keeping(askMissing({ ...interview, answers: { ...earlier, ...given } }));

  const choices = changeableGroups({ ...interview, answers }).map((id) => ({
    value: id,
    label: `Change ${groups[id].title}`,
  }));
  const ask = async (message: string, first: readonly Choice[], last: readonly Choice[]) =>
    prompter.select(message, [...first, ...choices, ...last]);
  const change = async (group: string) => {
    answers = await askGroup({ ...interview, answers }, group as GroupId);
  };
  const afterFailure = async (error: unknown): Promise<void> => {
    if (!(error instanceof Failure) || error.fault !== 'user' || choices.length === 0) throw error;
    const { message, hint } = await failureWithoutSecrets({ message: error.message, hint: error.hint }, []);
    const paint = paintFor(io, io.err);
    io.err.write(`${paint.red('error')} ${printable(message)}\n      ${paint.cyan(printable(hint))}\n`);
    const chosen = await ask('What do you want to change?', [], [{ value: 'stop', label: 'Nothing: stop here' }]);
    if (chosen === 'stop') {
      printRepeat();
      throw error;
    }
    await change(chosen);
  };
  return {
    agree: (propose, confirm) =>
      keeping(
        (async () => {
          for (;;) {
            const proposal = await makeAndPropose(propose, answers, author).catch(afterFailure);
            if (proposal === undefined) continue;
            let group: string | undefined;
            const apply = await confirm(proposal, async () => {
              const chosen = await ask(
                'Write these files?',
                [{ value: 'yes', label: 'Yes' }],
                [{ value: 'no', label: 'No' }],
              );
              if (chosen === 'no') throw new Cancelled();
              group = chosen === 'yes' ? undefined : chosen;
              return group === undefined;
            });
            if (group === undefined) {
              if (!apply) printRepeat();
              return { ...proposal, apply };
            }
            await change(group);
          }
        })(),
      ),
    finish: () => {
      kept.forget();
      printRepeat();
    },
  };

  function printRepeat(): void {
    const place = isNew ? relative(io.cwd, host.root) : '';
    const repeated = { ...flags, host: flags.host ?? (place === '' ? undefined : place) };
    const command = repeatCommand(programName(io), { author, ...answers }, stack, repeated);
    io.err.write(`To skip the questions next time, run:\n  ${command}\n`);
  }
}

async function makeAndPropose<T>(propose: (manifest: Manifest) => Promise<T>, answers: Named, author: string) {
  return propose(makeManifest(answers, author, undefined));
}

/** Answers of an earlier run, if the user wants them. A name that was used since is asked for again. */
async function offerKept(io: Io, kept: KeptAnswers, names: readonly string[]): Promise<Answers> {
  const answers = await kept.read();
  if (answers === undefined || Object.keys(answers).length === 0) return {};
  const prompter = await io.prompter();
  const what = answers.name === undefined ? '' : ` for ${answers.name}`;
  if (!(await prompter.confirm(`Continue with your answers of the last time${what}?`, true))) {
    kept.forget();
    return {};
  }
  const { name, ...others } = answers;
  return name === undefined || names.includes(name) ? others : answers;
}
