import { dirname, resolve } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { type Fixed, fixAll } from '../../core/lint/fix.ts';
import { maskSecrets, secretsInYaml } from '../../core/report/mask-secrets.ts';
import { reportDiff } from '../../core/report/plan.ts';
import { applyPlan } from '../../io/apply/apply-plan.ts';
import type { ReadCheckup } from '../../io/host/read-checkup.ts';
import type { Io } from '../../io/io.ts';
import { planTextChanges, type TextChange } from '../../io/module/plan-module.ts';
import { paintFor } from '../output/colors.ts';
import { yieldToEventLoop } from '../output/progress.ts';
import { type PlanFlags, showsOnly } from '../output/show-plan.ts';
import { stdinName } from './find-checkups.ts';

/** Applies all safe fixes of a checkup and writes the changed manifests, all or none. Needs no confirmation. */
export async function fixFiles(
  io: Io,
  { root, checkup }: ReadCheckup,
  flags: PlanFlags,
): Promise<Fixed & { readonly isWritten: boolean }> {
  const fixed = await fixAll(checkup, yieldToEventLoop);
  if (fixed.texts.has(stdinName))
    throw new Failure('usage', { message: '--fix cannot change standard input. Pass the path of the manifest.' });
  const texts = new Map(checkup.manifests.map(({ file, text }) => [file, text]));
  const changes = [...fixed.texts].map(([file, after]): TextChange => {
    return { path: resolve(io.cwd, file), before: texts.get(file) ?? '', after };
  });
  const isWritten = !showsOnly(flags);
  for (const [folder, own] of byFolder(root, changes)) {
    const plan = await planTextChanges(folder, own);
    if (!isWritten || flags.diff) {
      const manifests = own.flatMap(({ before, after }) => [secretsInYaml(before), secretsInYaml(after)]);
      const secrets = (await Promise.all(manifests)).flat();
      io.err.write(maskSecrets(await reportDiff(plan, paintFor(io, io.err)), secrets));
    }
    if (isWritten) await applyPlan(folder, plan);
  }
  return { ...fixed, isWritten };
}

/** One plan for the files of a host, one for each other file. */
function byFolder(root: string | undefined, changes: readonly TextChange[]): [folder: string, TextChange[]][] {
  if (changes.length === 0) return [];
  return root === undefined ? changes.map((one) => [dirname(one.path), [one]]) : [[root, [...changes]]];
}
