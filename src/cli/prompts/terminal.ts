import checkbox from '@inquirer/checkbox';
import confirm from '@inquirer/confirm';
import select from '@inquirer/select';
import { Back, Cancelled, type Prompter } from '../../io/io.ts';
import { line } from './line.ts';

interface Context {
  readonly output: NodeJS.WriteStream;
  readonly signal: AbortSignal;
}

/** Prompts on stderr, like all other output that is not a result, or on stdout if stderr is redirected. */
export function terminalPrompter(canGoBack = false): Prompter {
  const asked = <T>(prompt: (context: Context) => Promise<T>) => answerOf(prompt, canGoBack);
  const keys = (keysHelp: readonly (readonly [string, string])[]) =>
    [...keysHelp, ...(canGoBack ? [['esc', 'back'] as const] : [])].map(([key, does]) => `${key} ${does}`).join(' • ');
  const theme = { style: { keysHelpTip: keys } };
  return {
    text: (question) => asked((context) => line({ ...question, help: canGoBack ? 'esc back' : '' }, context)),
    select: (message, choices, initial) =>
      asked((context) =>
        select(
          {
            message,
            theme,
            choices: choices.map(({ value, label }) => ({ value, name: label })),
            ...(initial === undefined ? {} : { default: initial }),
          },
          context,
        ),
      ),
    checkbox: (message, choices, check) =>
      asked((context) =>
        checkbox(
          {
            message,
            theme,
            pageSize: 10,
            choices: choices.map(({ value, label, checked }) => ({
              value,
              name: label,
              short: value,
              checked: checked ?? false,
            })),
            validate: (chosen) => check?.(chosen.map(({ value }) => value)) ?? true,
          },
          context,
        ),
      ),
    confirm: (message, initial) => asked((context) => confirm({ message, default: initial }, context)),
    withBack: () => terminalPrompter(true),
  };
}

interface Keypress {
  readonly name?: string;
  readonly meta?: boolean;
}

/** Converts inquirer's errors for Ctrl-C and Ctrl-D, which only their names identify, and Esc. */
async function answerOf<T>(prompt: (context: Context) => Promise<T>, canGoBack: boolean): Promise<T> {
  const controller = new AbortController();
  const onKey = (_: unknown, { name }: Keypress) => {
    if (canGoBack && name === 'escape') controller.abort();
  };
  process.stdin.on('keypress', onKey);
  try {
    return await prompt({ output: process.stderr.isTTY ? process.stderr : process.stdout, signal: controller.signal });
  } catch (error) {
    if (controller.signal.aborted) throw new Back();
    if (error instanceof Error && /^(ExitPromptError|AbortPromptError|CancelPromptError)$/.test(error.name))
      throw new Cancelled();
    throw error;
  } finally {
    process.stdin.off('keypress', onKey);
  }
}
