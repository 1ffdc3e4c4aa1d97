import { Failure } from '../../core/failure.ts';
import { type Answers, answerKinds, manifestFromAnswers, removableEntries } from '../../core/manifest/answers.ts';
import { assertFitsProvider, assertFitsTogether } from '../../core/manifest/fit-together.ts';
import type { Manifest } from '../../core/manifest/schema.ts';
import { nearestWord } from '../../core/text/nearest-word.ts';

/** The manifest from all answers, checked together. */
export function makeManifest(
  answers: Answers & { readonly name: string },
  author: string,
  base: Manifest | undefined,
): Manifest {
  const removable = removableEntries(answers.name, base);
  const unknown = answers.without?.find((entry) => !removable.includes(entry));
  if (unknown !== undefined) {
    const near = nearestWord(unknown, removable);
    const reason = `is no standard entry of the module${near === undefined ? '' : `. Did you mean ${near}?`}`;
    throw new Failure('answer-invalid', { flag: answerKinds.without.flag, value: unknown, reason });
  }
  const manifest = assertFitsTogether(manifestFromAnswers(answers, { author, dependencies: [] }, base));
  assertFitsProvider(answers, manifest);
  return manifest;
}
