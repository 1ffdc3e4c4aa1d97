import { Failure } from '../core/failure.ts';
import { bundledMetas, resolveStack } from '../io/find-pack.ts';
import type { Io } from '../io/io.ts';
import { mayAsk, type PlanFlags } from './show-plan.ts';

const usual = 'fastify';

/** The stack that was asked for, or the one to choose where there is a choice. */
export async function chooseStack(io: Io, given: string | undefined, flags: PlanFlags): Promise<string> {
  if (given !== undefined) return resolveStack(given, io.cwd);
  const metas = await bundledMetas();
  if (flags.yes || metas.length === 1) return usual;
  if (!mayAsk(io, flags)) throw new Failure('answer-missing', { flag: '--stack' });
  const prompter = await io.prompter();
  return prompter.select(
    'Stack',
    metas.map((meta) => ({ value: meta.name, label: `${meta.title}: ${meta.description}` })),
    usual,
  );
}
