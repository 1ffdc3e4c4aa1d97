import { Failure } from '../core/failure.ts';
import { nearestWord } from '../core/text/nearest-word.ts';

/**
 * `new` is the default command, so a misspelt command would become a module of that name. Throws `usage` for a first
 * word that is, or is nearly, a command; `new <name>` is the way to insist.
 */
export function mustNotMeanCommand(word: string, commands: readonly string[]): void {
  if (commands.includes(word)) {
    throw new Failure('usage', { message: `The command comes first: create-ai-module ${word} …` });
  }
  // A name may well begin with a command's, like host_monitor, or rhyme with a short one, like cost.
  const near = commands.filter((command) => command[0] === word[0] && word.length <= command.length + 1);
  const meant = nearestWord(word, near);
  if (meant === undefined) return;
  throw new Failure('usage', {
    message: `There is no command ${word}. Did you mean ${meant}? A module of that name: create-ai-module new ${word}`,
  });
}
