import { Failure } from '../../../core/failure.ts';
import { type CompletedCommand, completionScripts } from '../../../core/report/completion.ts';
import { hostAbove } from '../../../io/host/open-host.ts';
import { foldersOfModules } from '../../../io/host/read-module.ts';
import type { Io } from '../../../io/io.ts';
import { type ExitCode, exit } from '../../output/exit.ts';

/** Prints what a shell completes with. `given` is a shell, or `modules` for the names that its script asks for. */
export async function completion(
  io: Io,
  given: string | undefined,
  commands: readonly CompletedCommand[],
): Promise<ExitCode> {
  const what = given ?? io.env.SHELL?.split('/').at(-1) ?? '';
  if (what === 'modules') {
    const opened = await hostAbove(io.cwd);
    const names = opened ? await foldersOfModules(opened.host) : [];
    io.out.write(names.map((name) => `${name}\n`).join(''));
    return exit.done;
  }
  if (!Object.hasOwn(completionScripts, what))
    throw new Failure('usage', {
      message: `There is no completion for ${what || 'an unknown shell'}. Pass bash, zsh or fish.`,
    });
  io.out.write(completionScripts[what as keyof typeof completionScripts](commands));
  return exit.done;
}
