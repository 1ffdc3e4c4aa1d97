import { Failure } from '../../core/failure.ts';
import { nearestWord } from '../../core/text/nearest-word.ts';

const commands = [
  'new',
  'host',
  'validate',
  'schema',
  'list',
  'graph',
  'info',
  'doctor',
  'completion',
  'update',
  'status',
  'diff',
  'add',
  'adopt',
  'undo',
  'remove',
  'pack',
  'help',
];

const meant = (command: string) => `Did you mean ${command}?`;
const start = 'Did you mean host init? The host that it creates has scripts to start and test it.';
const remove = meant('remove');
const copy = 'To copy a module, run new <name> --from <manifest>, then copy your code.';
const rename =
  'A module cannot be renamed yet. Create one with new <name> --from <manifest>, then move your code there.';

/** Verbs that users try or that may become commands, with the advice to show. */
const reserved: Readonly<Record<string, string>> = {
  attach: meant('host attach'),
  build: start,
  check: meant('validate'),
  clean: remove,
  config: meant('add config'),
  copy,
  cp: copy,
  create: meant('new or host init'),
  delete: remove,
  detach: meant('host detach'),
  dev: start,
  edit: meant('add'),
  export: meant('schema'),
  fix: meant('validate --fix'),
  format: meant('validate --fix'),
  generate: meant('new or host init'),
  init: meant('host init'),
  install: meant('new or host init'),
  lint: meant('validate'),
  ls: meant('list'),
  migrate: meant('update'),
  move: rename,
  mv: rename,
  rename,
  restore: 'Did you mean undo, or update --restore <file>?',
  revert: meant('undo'),
  rm: remove,
  rollback: meant('undo'),
  run: start,
  serve: start,
  show: meant('status'),
  start,
  test: 'Did you mean validate, or new --verify?',
  tests: 'Did you mean validate, or new --verify?',
  uninstall: remove,
  up: start,
  upgrade: meant('update'),
  verify: 'Did you mean validate, or new --verify?',
  version: meant('--version'),
};

export function isCommand(word: string): boolean {
  return commands.includes(word);
}

/** The command that the arguments run, as the user types it: `host init`. */
export function commandOf([first = '', second]: readonly string[]): string {
  if (first === 'pack' && ['init', 'check'].includes(second ?? '')) return `pack ${second}`;
  if (first === 'host' && ['init', 'attach', 'detach', 'export-data'].includes(second ?? '')) return `host ${second}`;
  return isCommand(first) ? first : 'new';
}

/**
 * Throws `usage` if the first argument is a command, a reserved verb or a misspelt command: `new` is the default
 * command, so a misspelt command would create a module. `new <name>` accepts these names.
 */
export function assertNotCommand(word: string): void {
  if (isCommand(word)) throw new Failure('usage', { message: `Put the command first: create-ai-module ${word} …` });
  const advice = Object.hasOwn(reserved, word) ? reserved[word] : adviceOnMisspelt(word);
  if (advice === undefined) return;
  throw new Failure('usage', {
    message: `Unknown command ${word}. ${advice} To create a module with that name, run create-ai-module new ${word}.`,
  });
}

/** Strict, because valid names can start like a command (host_monitor) or resemble one (cost, report). */
function adviceOnMisspelt(word: string): string | undefined {
  const near = commands.filter((command) => command[0] === word[0] && word.length <= command.length + 1);
  const nearest = nearestWord(word, near);
  if (nearest !== undefined) return meant(nearest);
  const verb = Object.keys(reserved).find((one) => isTypoOf(word, one));
  return verb && `Did you mean ${verb}? ${reserved[verb]}`;
}

/** Whether the letters are those of the verb in another order, or one is missing. */
function isTypoOf(word: string, verb: string): boolean {
  const letters = (text: string) => [...text].sort().join('');
  if (word.length < 4) return false;
  if (letters(word) === letters(verb)) return true;
  return word.length > 4 && [...verb].some((_, at) => verb.slice(0, at) + verb.slice(at + 1) === word);
}
