import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import type { Answers } from '../../core/manifest/answers.ts';
import { secretsIn } from '../../core/report/mask-secrets.ts';
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
  const folder = stateFolder(io.env);
  if (folder === undefined) return { keep: () => false, read: async () => undefined, forget: () => {} };
  const id = createHash('sha256').update(root).digest('hex').slice(0, 32);
  const file = join(folder, 'create-ai-module', 'answers', `${id}.json`);
  return {
    keep: (answers) => write(file, withoutSecrets(answers)),
    read: () => read(io, file),
    forget: () => ignoringErrors(() => rmSync(file, { force: true })),
  };
}

/** As the XDG specification has it, or on Windows the local application data. */
function stateFolder(env: Io['env']): string | undefined {
  if (env.XDG_STATE_HOME) return env.XDG_STATE_HOME;
  if (env.LOCALAPPDATA) return env.LOCALAPPDATA;
  return env.HOME ? join(env.HOME, '.local', 'state') : undefined;
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

function write(file: string, answers: Record<string, unknown>): boolean {
  return ignoringErrors(() => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.new`, `${JSON.stringify(answers, undefined, 2)}\n`, { mode: 0o600 });
    chmodSync(`${file}.new`, 0o600);
    renameSync(`${file}.new`, file);
  });
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

function ignoringErrors(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
