import { Failure } from '../../core/failure.ts';
import type { Answers } from '../../core/manifest/answers.ts';
import { secretsIn } from '../../core/report/mask-secrets.ts';
import { deleteState, stateFile, writeState } from '../../io/fs/state-file.ts';
import type { Io } from '../../io/io.ts';
import { readAnswersFile } from './read-answers.ts';

/** The answers of an interview that was not finished, in the user's folder for state: an answers file for each host. */
export interface KeptAnswers {
  /** Does nothing if the folder takes no files. */
  readonly keep: (answers: Answers) => boolean;
  readonly read: () => Promise<Answers | undefined>;
  readonly forget: () => void;
}

export function keptAnswers(io: Io, root: string): KeptAnswers {
  const file = stateFile(io.env, 'answers', root);
  if (file === undefined) return { keep: () => false, read: async () => undefined, forget: () => {} };
  return {
    keep: (answers) => writeState(file, `${JSON.stringify(withoutSecrets(answers), undefined, 2)}\n`),
    read: () => read(io, file),
    forget: () => deleteState(file),
  };
}

/** Leaves out each answer, and each setting, that contains a secret. */
function withoutSecrets({ stack: _, input, options, output, config, ...answers }: Answers): Record<string, unknown> {
  const types = { ...input?.types, ...options?.types, ...output?.types, ...answers.types };
  const kept = {
    ...answers,
    ...(Object.keys(types).length > 0 && { types }),
    ...(input && { input: input.schema }),
    ...(options && { options: options.schema }),
    ...(output && { output: output.schema }),
  };
  const isHarmless = ([key, value]: readonly [string, unknown]) => secretsIn({ [key]: value }).length === 0;
  return {
    ...Object.fromEntries(Object.entries(kept).filter(isHarmless)),
    ...(config && { config: Object.fromEntries(Object.entries(config).filter(isHarmless)) }),
  };
}

/** Answers that are not valid, for example of an older version, are as good as none. */
async function read({ cwd }: Io, file: string): Promise<Answers | undefined> {
  try {
    return await readAnswersFile(cwd, file);
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
