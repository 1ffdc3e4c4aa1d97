import type { Diagnostic } from './diagnostic.ts';
import { shellWord } from './text/display.ts';

interface Entry<A> {
  readonly fault: 'user' | 'machine';
  readonly text: (args: A) => string;
  readonly hint: (args: A) => string;
}

const user = <A>(text: (args: A) => string, hint: (args: A) => string): Entry<A> => ({ fault: 'user', text, hint });
const machine = <A>(text: (args: A) => string, hint: (args: A) => string): Entry<A> => ({
  fault: 'machine',
  text,
  hint,
});

/** Every way a command can fail without being a bug; docs/failures.md is printed from it. */
export const catalogue = {
  'answer-invalid': user(
    ({ flag, reason }: { flag: string; value: string; reason: string }) => `${flag}: ${reason}`,
    ({ flag, value }) =>
      `You gave ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}; run the command again with another ${flag}.`,
  ),
  'answer-missing': user(
    ({ flag }: { flag: string }) => `${flag} is missing, and it may not be asked for.`,
    ({ flag }) => `Pass ${flag}, or run the command on a terminal without --yes, --json and --diff.`,
  ),
  'answers-unreadable': user(
    ({ file, reason }: { file: string; reason: string }) => `The answers file ${file} cannot be used: ${reason}`,
    () => 'It is a YAML mapping of question names to answers; the names are those of the flags.',
  ),
  'apply-failed': machine(
    ({ path, reason }: { path: string; reason: string }) =>
      `Writing ${path} failed: ${reason}. Everything was put back as it was.`,
    () => 'Free the space or grant the permission, then run the command again.',
  ),
  'base-lost': user(
    ({ file, reason }: { file: string; reason: string }) =>
      `${file} says what was rendered last, and ${reason}: your edits cannot be told from the pack's.`,
    () => 'Take it from git again, with lock.yaml beside it; or let `create-ai-module adopt <module>` begin anew.',
  ),
  'command-failed': machine(
    ({ command, reason }: { command: string; cwd: string; reason: string }) => `${command} failed: ${reason}`,
    ({ command, cwd }) => `The files were kept. Repeat it by hand with: cd ${shellWord(cwd)} && ${command}`,
  ),
  'confirmation-missing': user(
    (_: object) => 'Nothing was written: there is no terminal to confirm the plan on.',
    () => 'Add --yes to write, or --dry-run to see the plan only.',
  ),
  'edited-since': user(
    ({ files }: { files: readonly string[] }) =>
      `Edited since the update: ${files.slice(0, 5).join(', ')}${files.length > 5 ? `, and ${files.length - 5} more` : ''}. Nothing was undone.`,
    () => 'Undo would take those edits along. Keep a copy of the files, or go back with git.',
  ),
  'disk-refused': machine(
    ({ path, reason }: { path: string; reason: string }) => `${path} cannot be read or written: ${reason}.`,
    () => 'Check the disk and the permissions, then run the command again; --debug shows what was being done.',
  ),
  'encoding-unsupported': user(
    ({ file, reason }: { file: string; reason: string }) => `${file} cannot be read: ${reason}`,
    () => 'Save it as UTF-8.',
  ),
  'file-too-large': user(
    ({ file, bytes, limit }: { file: string; bytes: number; limit: number }) =>
      `${file} has ${bytes} bytes; at most ${limit} are read.`,
    () => 'Is it the right file?',
  ),
  'file-unreadable': user(
    ({ file, reason }: { file: string; reason: string }) => `${file} cannot be read: ${reason}`,
    () => 'Check the path and its permissions.',
  ),
  'host-busy': machine(
    ({ root, pid }: { root: string; pid: number }) => `Another run (process ${pid}) is writing into ${root}.`,
    ({ root }) =>
      `Wait for it to end, then run the command again. If no such process is running, delete ${root}/.create-ai-module/claim_*.`,
  ),
  'host-invalid': user(
    ({ file, reason }: { file: string; reason: string }) => `${file}: ${reason}`,
    () => 'ai-modules.yaml says where a host keeps its modules; docs/hosts.md lists its keys.',
  ),
  'host-not-found': user(
    ({ dir, isThere }: { dir: string; isThere: boolean }) =>
      isThere
        ? `No host application was found in ${dir} or above it.`
        : `No host application was found: ${dir} does not exist.`,
    () => 'Make one with `create-ai-module host init <dir>`, or point to one with --host <dir>.',
  ),
  'host-stack-mismatch': user(
    ({ stack, found }: { stack: string; found: string }) => `The host here is a ${found} application, not ${stack}.`,
    ({ found }) => `Leave --stack out, or pass --stack ${found}.`,
  ),
  'journal-unreadable': machine(
    ({ file, reason }: { file: string; reason: string }) =>
      `An earlier run was interrupted and its journal ${file} cannot be read: ${reason}`,
    ({ file }) => `Look at the files it names, then delete ${file}.`,
  ),
  'lock-invalid': user(
    ({ file, reason }: { file: string; reason: string }) => `${file} cannot be used: ${reason}.`,
    () => 'Take it from git again, or let `create-ai-module adopt <module>` begin anew.',
  ),
  'lock-newer': user(
    ({ file, version }: { file: string; version: number }) =>
      `${file} has format ${version}: a newer create-ai-module wrote it.`,
    () => 'Run the command with that version, `npx create-ai-module@latest`.',
  ),
  'manifest-invalid': user(
    ({ file, count }: { file: string; count: number; diagnostics: readonly Diagnostic[] }) =>
      `${file} has ${count} ${count === 1 ? 'error' : 'errors'}; nothing was written.`,
    () => 'Each is listed above with its line.',
  ),
  'manifest-not-editable': user(
    ({ file, key }: { file: string; key: string }) =>
      `${file}: ${key} is written in a way, or has a value, that cannot be added to.`,
    () => 'Write the entry yourself, then run `create-ai-module update`.',
  ),
  'module-exists': user(
    ({ name, path }: { name: string; path: string }) => `The module ${name} exists already, in ${path}.`,
    ({ name }) => `Bring it up to date with \`create-ai-module update ${name}\`, or choose another name.`,
  ),
  'module-not-found': user(
    ({ name, dir }: { name: string; dir: string; known: readonly string[]; near: readonly string[] }) =>
      `There is no module ${name} in ${dir}.`,
    ({ known, near }) =>
      near.length > 0
        ? `Did you mean ${near.join(' or ')}?`
        : known.length === 0
          ? 'The host has no modules yet.'
          : `Modules there: ${known.slice(0, 20).join(', ')}${known.length > 20 ? `, and ${known.length - 20} more` : ''}.`,
  ),
  'module-unclear': user(
    ({ dir }: { dir: string; known: readonly string[] }) => `It is not clear which module of ${dir} is meant.`,
    ({ known }) =>
      known.length === 0
        ? 'The host has no modules yet.'
        : `Pass --module with one of ${known.join(', ')}; or run the command in the module's folder.`,
  ),
  'name-reserved': user(
    ({ name, stack, reason }: { name: string; stack: string; reason: string }) =>
      `A module for ${stack} cannot be called ${name}: ${reason}.`,
    ({ name }) => `Choose another name, such as ${name}_module.`,
  ),
  'no-manifests': user(
    ({ dir }: { dir: string }) => `${dir} holds no manifest.yaml, and neither do the folders in it.`,
    () => 'Pass a manifest, the folder of a module or the folder of all modules.',
  ),
  'nothing-matches': user(
    ({ pattern }: { pattern: string }) => `No file matches ${pattern}.`,
    () => 'Put the pattern in quotes, or pass the folder of the modules.',
  ),
  'nothing-to-undo': user(
    ({ root }: { root: string }) => `There is no update to undo in ${root}.`,
    () => 'Only the last update can be undone, once, on the machine it ran on.',
  ),
  'output-unwritable': machine(
    ({ output, reason }: { output: string; reason: string }) => `${output} cannot be written: ${reason}.`,
    () => 'Free space, or redirect the output. Files may have been written: check before you repeat the command.',
  ),
  'pack-check-failed': user(
    ({ pack, template, line, reason }: { pack: string; template: string; line: number; reason: string }) =>
      `Pack ${pack}: ${template}:${line}: ${reason}`,
    () => 'This is a fault of the pack, not of your answers. Nothing was written.',
  ),
  'pack-invalid': user(
    ({ pack, file, reason }: { pack: string; file: string; reason: string }) => `Pack ${pack}: ${file}: ${reason}`,
    () => 'docs/packs.md describes the format of a pack.',
  ),
  'pack-older': user(
    ({ module, pack, found }: { module: string; pack: string; found: string }) =>
      `${module} was rendered by ${pack}; the pack here is older, ${found}.`,
    () => 'Update create-ai-module, or the pack, to at least that version.',
  ),
  'pack-other': user(
    ({ module, pack, found }: { module: string; pack: string; found: string }) =>
      `${module} was rendered by the pack ${pack}, and this host uses ${found}.`,
    ({ pack }) =>
      `Pass --stack with the folder of ${pack}, or its name if it is bundled; or move the module to a host of its stack.`,
  ),
  'pack-not-found': user(
    ({ stack }: { stack: string; known: readonly string[] }) => `There is no stack ${stack}.`,
    ({ known }) => `Bundled stacks: ${known.join(', ')}. A path to a folder with a pack.yaml works as well.`,
  ),
  'path-escapes': user(
    ({ path, reason }: { path: string; reason: string }) => `${path} is refused: ${reason}.`,
    () => 'Files are written inside the target folder only.',
  ),
  'path-invalid': user(
    ({ path, reason }: { path: string; reason: string }) =>
      `${JSON.stringify(path)} cannot be the name of a file: ${reason}.`,
    () => 'Choose a name that every operating system accepts.',
  ),
  'plan-is-stale': machine(
    ({ path }: { path: string }) => `${path} changed on disk after the plan was made. Nothing was written.`,
    () => 'Run the command again.',
  ),
  'rules-broken': user(
    ({ count }: { count: number; diagnostics: readonly Diagnostic[] }) =>
      `The plan adds ${count} ${count === 1 ? 'error' : 'errors'} that validate reports; nothing was written.`,
    () => 'Each is listed above. Correct the input, or change the severity of the rule in ai-modules.yaml.',
  ),
  'target-not-empty': user(
    ({ dir, files }: { dir: string; files: readonly string[] }) =>
      `${dir} already has files that would be overwritten: ${files.slice(0, 5).join(', ')}${files.length > 5 ? `, and ${files.length - 5} more` : ''}.`,
    () => 'Choose an empty folder, or move those files away.',
  ),
  'target-unusable': user(
    ({ path, reason }: { path: string; reason: string }) => `${path} cannot be used: ${reason}.`,
    () => 'Choose another folder.',
  ),
  'undo-failed': machine(
    ({ root, reason, first }: { root: string; reason: string; first: string }) =>
      `${first} Putting ${root} back as it was failed: ${reason}.`,
    ({ root }) => `What is needed is kept in ${root}/.create-ai-module: the next run puts everything back.`,
  ),
  usage: user(
    ({ message }: { message: string }) => message,
    () => 'See `create-ai-module --help`.',
  ),
  'working-directory-unusable': machine(
    ({ reason }: { reason: string }) => `The working directory cannot be used: ${reason}.`,
    () => 'Change to a folder that exists, then run the command again.',
  ),
};
