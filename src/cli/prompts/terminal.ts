import checkbox from '@inquirer/checkbox';
import confirm from '@inquirer/confirm';
import input from '@inquirer/input';
import select from '@inquirer/select';
import { Cancelled, type Prompter } from '../../io/io.ts';

/** Prompts on stderr, like all other output that is not a result, or on stdout if stderr is redirected. */
export function terminalPrompter(): Prompter {
  const terminal = { output: process.stderr.isTTY ? process.stderr : process.stdout };
  return {
    text: ({ message, default: initial, check }) =>
      asked(
        input(
          {
            message,
            ...(initial === undefined ? {} : { default: initial }),
            validate: (answer) => check(answer.trim()) ?? true,
          },
          terminal,
        ),
      ).then((answer) => answer.trim()),
    select: (message, choices, initial) =>
      asked(
        select(
          {
            message,
            choices: choices.map(({ value, label }) => ({ value, name: label })),
            ...(initial === undefined ? {} : { default: initial }),
          },
          terminal,
        ),
      ),
    checkbox: (message, choices) =>
      asked(
        checkbox(
          {
            message,
            choices: choices.map(({ value, label, checked }) => ({ value, name: label, checked: checked ?? false })),
          },
          terminal,
        ),
      ),
    confirm: (message, initial) => asked(confirm({ message, default: initial }, terminal)),
  };
}

/** Converts inquirer's errors for Ctrl-C and Ctrl-D, which only their names identify. */
async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && /^(ExitPromptError|AbortPromptError|CancelPromptError)$/.test(error.name))
      throw new Cancelled();
    throw error;
  }
}
