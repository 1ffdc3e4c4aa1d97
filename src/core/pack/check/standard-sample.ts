import { manifestFromAnswers } from '../../manifest/answers.ts';
import type { Manifest } from '../../manifest/schema.ts';

/** The manifest that `new` makes from a name. */
export function standardSample(name: string): Manifest {
  return manifestFromAnswers({ name }, { author: 'Ada', dependencies: [] });
}
