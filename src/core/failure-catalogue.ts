import type { Diagnostic } from './diagnostic.ts';
import { shellWord } from './text/display.ts';
import { valueToShow } from './text/secrets.ts';

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

/** For a file in .ai-module, which is in the folder of a module or of the host. */
function restoreOrAdopt(file: string): string {
  if (file.endsWith('/attached.base'))
    return 'Restore it from git. Without it, remove by hand what docs/attach.md lists.';
  const [isState, module = '--host'] = /(?:^|([^/]+)\/)\.ai-module\//.exec(file) ?? [];
  return `Restore it from git, or run \`create-ai-module adopt ${isState ? module : '<module>'}\`.`;
}

interface HostNotFound {
  readonly dir: string;
  readonly isThere: boolean;
  /** The application in `dir`, if it could be attached. */
  readonly application?: string;
  /** Hosts in folders below `dir`. */
  readonly below?: readonly string[];
}

/** The first of many names. */
function listed(names: readonly string[]): string {
  return `${names.slice(0, 20).join(', ')}${names.length > 20 ? `, and ${names.length - 20} more` : ''}`;
}

/** Every way a command can fail without being a bug; docs/failures.md is printed from it. */
export const catalogue = {
  'answer-invalid': user(
    ({ flag, reason }: { flag: string; value: string; reason: string }) => `${flag}: ${reason}`,
    ({ value }) => {
      const shown = valueToShow(value);
      return `Got ${JSON.stringify(shown.length > 60 ? `${shown.slice(0, 60)}…` : shown)}. Correct the value, then run the command again.`;
    },
  ),
  'answer-missing': user(
    ({ flag }: { flag: string }) => `${flag} is missing, and the command cannot ask for it.`,
    ({ flag }) => `Pass ${flag}, or run the command on a terminal without --yes, --json or --diff.`,
  ),
  'answers-unreadable': user(
    ({ file, reason }: { file: string; reason: string }) => `The answers file ${file} cannot be used: ${reason}`,
    () => 'It must be a YAML mapping of question names to answers. docs/commands.md lists the names.',
  ),
  'apply-failed': machine(
    ({ path, reason }: { path: string; reason: string }) =>
      `Writing ${path} failed: ${reason}. All changes were rolled back.`,
    () => 'Check the disk space and the permissions, then run the command again.',
  ),
  'attach-refused': user(
    ({ reason }: { reason: string; alternative: string }) => `The application can't be attached: ${reason}.`,
    ({ alternative }) => `${alternative}. Nothing was written.`,
  ),
  'attached-already': user(
    ({ root, isAttached }: { root: string; isAttached: boolean }) =>
      isAttached ? `${root} is attached already.` : `${root} is a host already.`,
    ({ isAttached }) =>
      isAttached
        ? 'Add a module with `create-ai-module new`, or update the attachment with `create-ai-module update --host`.'
        : 'Add a module with `create-ai-module new`.',
  ),
  'attachment-in-use': user(
    ({ places }: { places: readonly string[] }) =>
      `The application still uses the attachment or the runtime: ${places.slice(0, 10).join(', ')}. Nothing was removed.`,
    () => 'Remove these lines, then run the command again.',
  ),
  'base-lost': user(
    ({ file, reason }: { file: string; reason: string }) =>
      `${file} ${reason}: can't tell your edits from generated code.`,
    ({ file }) => restoreOrAdopt(file),
  ),
  'command-failed': machine(
    ({ command, reason }: { command: string; cwd: string; reason: string }) => `${command} failed: ${reason}`,
    ({ command, cwd }) =>
      `The generated files were kept. To repeat the command, run: cd ${shellWord(cwd)} && ${command}`,
  ),
  'confirmation-missing': user(
    (_: object) => 'Nothing was written: there is no terminal on which to confirm the plan.',
    () => 'Add --yes to write, or --dry-run to only show the plan.',
  ),
  'edited-since': user(
    ({ files }: { files: readonly string[] }) =>
      `These files were edited after the update: ${files.slice(0, 5).join(', ')}${files.length > 5 ? `, and ${files.length - 5} more` : ''}. Nothing was undone.`,
    () => 'Undoing the update would discard those edits. Revert the edits first, by hand or with git.',
  ),
  'modules-since': user(
    ({ modules }: { modules: readonly string[] }) =>
      `The application has modules since it was attached: ${modules.slice(0, 5).join(', ')}. Nothing was undone.`,
    () => 'To remove the attachment and the modules that nobody edited, run `create-ai-module host detach`.',
  ),
  'dependencies-unresolved': user(
    ({ command, reason }: { command: string; reason: string }) =>
      `The application's dependencies and the runtime can't be resolved together: ${command} failed: ${reason}`,
    () => 'Nothing was written. Change the versions, or pass --no-resolve and install the dependencies yourself.',
  ),
  'disk-refused': machine(
    ({ path, reason }: { path: string; reason: string }) => `${path} cannot be read or written: ${reason}.`,
    () => 'Check the disk and the permissions, then run the command again. --debug shows the operation that failed.',
  ),
  'encoding-unsupported': user(
    ({ file, reason }: { file: string; reason: string }) => `${file} cannot be read: ${reason}`,
    () => 'Save it as UTF-8.',
  ),
  'export-failed': machine(
    ({ data, reason }: { data: string; reason: string }) => `${data} can't be exported: ${reason}.`,
    () => 'The data was not changed. Run the command again after you removed the cause.',
  ),
  'file-too-large': user(
    ({ file, bytes, limit }: { file: string; bytes: number; limit: number }) =>
      `${file} has ${bytes} bytes; the limit is ${limit}.`,
    () => 'Check that the path is correct, or make the file smaller.',
  ),
  'file-unreadable': user(
    ({ file, reason }: { file: string; reason: string }) => `${file} cannot be read: ${reason}`,
    () => 'Check the path and its permissions.',
  ),
  'host-busy': machine(
    ({ root, pid }: { root: string; pid: number }) => `Another run (process ${pid}) is writing to ${root}.`,
    ({ root }) =>
      `Wait until it ends, then run the command again. If no such process is running, delete ${root}/.create-ai-module/claim_*.`,
  ),
  'host-foreign': user(
    ({ root }: { root: string }) =>
      `${root} is not a host that create-ai-module generated: its own files can't be adopted.`,
    () => 'Attach the application with `create-ai-module host attach`, or adopt modules by their names.',
  ),
  'host-invalid': user(
    ({ file, reason }: { file: string; reason: string }) => `${file}: ${reason}`,
    () => 'docs/hosts.md lists the keys of ai-modules.yaml.',
  ),
  'host-not-found': user(
    ({ dir, isThere, application, below = [] }: HostNotFound) =>
      !isThere
        ? `No host application was found: ${dir} does not exist.`
        : application === undefined
          ? `No host application was found in ${dir} or in a folder above it.${below.length === 0 ? '' : ` Hosts below it: ${listed(below)}.`}`
          : `The application in ${dir} is not attached: ${application}.`,
    ({ isThere, application, dir, below = [] }) =>
      below[0] !== undefined
        ? `Pass one with --host ${shellWord(below[0])}, or run the command in its folder. \`list\`, \`validate\`, \`status\`, \`diff\` and \`update\` take --all.`
        : application !== undefined
          ? `Attach it with \`create-ai-module host attach ${shellWord(dir)}\`, or pass the folder of a host with --host <dir>.`
          : `Create one with \`create-ai-module host init <dir>\`, or pass the folder of one with --host <dir>.${isThere ? '' : " To include the host's own files, put --host after the names of modules."}`,
  ),
  'host-stack-mismatch': user(
    ({ stack, found }: { stack: string; found: string }) => `The host is a ${found} application, not ${stack}.`,
    ({ found }) => `Omit --stack, or pass --stack ${found}.`,
  ),
  'journal-unreadable': machine(
    ({ file, reason }: { file: string; reason: string }) =>
      `An earlier run was interrupted, and its journal ${file} cannot be read: ${reason}`,
    ({ file }) => `Compare the files with git, then delete ${file}.`,
  ),
  'lock-invalid': user(
    ({ file, reason }: { file: string; reason: string }) => `${file} cannot be used: ${reason}.`,
    ({ file }) => restoreOrAdopt(file),
  ),
  'lock-newer': user(
    ({ file, version }: { file: string; version: number }) =>
      `${file} has format version ${version}, which a newer create-ai-module wrote.`,
    () => 'Run the command with a newer version, for example with `npx create-ai-module@latest`.',
  ),
  'manifest-invalid': user(
    ({ file, count }: { file: string; count: number; diagnostics: readonly Diagnostic[] }) =>
      `${file} has ${count} ${count === 1 ? 'error' : 'errors'}; nothing was written.`,
    () => 'Fix the errors listed above, then run the command again.',
  ),
  'manifest-differs': user(
    ({ reason }: { file: string; reason: string; hint: string | undefined }) => `${reason}.`,
    ({ file, hint }) => hint ?? `Change it in ${file}, then run \`create-ai-module update\`.`,
  ),
  'manifest-not-editable': user(
    ({ file, key }: { file: string; key: string }) =>
      `${file}: cannot add to ${key}, because its value or its YAML syntax is not supported.`,
    () => 'Add the entry yourself, then run `create-ai-module update`.',
  ),
  'module-edited': user(
    ({ names, files }: { names: readonly string[]; files: readonly string[] }) =>
      `${names.join(', ')} can't be removed: these files are yours or were edited: ${files.slice(0, 10).join(', ')}${files.length > 10 ? `, and ${files.length - 10} more` : ''}.`,
    () => 'To delete them as well, run the command with --force. `create-ai-module undo` restores them.',
  ),
  'module-exists': user(
    ({ name, path }: { name: string; path: string }) => `The module ${name} already exists in ${path}.`,
    ({ name }) => `Update it with \`create-ai-module update ${name}\`, or choose another name.`,
  ),
  'module-needed': user(
    ({ names, reasons }: { names: readonly string[]; reasons: readonly string[] }) =>
      `${names.join(', ')} can't be removed: ${reasons.slice(0, 10).join('; ')}${reasons.length > 10 ? `; and ${reasons.length - 10} more` : ''}.`,
    () => 'Change these modules first and run `create-ai-module update`, or remove them in the same command.',
  ),
  'module-not-found': user(
    ({ name, dir }: { name: string; dir: string; known: readonly string[]; near: readonly string[] }) =>
      `There is no module ${name} in ${dir}.`,
    ({ known, near }) =>
      near.length > 0
        ? `Did you mean ${near.join(' or ')}?`
        : known.length === 0
          ? 'Create one with `create-ai-module new <name>`.'
          : `Available modules: ${listed(known)}.`,
  ),
  'module-unclear': user(
    ({ dir, known }: { dir: string; known: readonly string[] }) =>
      known.length === 0 ? `${dir} has no modules.` : `${dir} has several modules, and none was chosen.`,
    ({ known }) =>
      known.length === 0
        ? 'Create one with `create-ai-module new <name>`.'
        : `Pass --module with one of ${known.join(', ')}, or run the command in the folder of a module.`,
  ),
  'name-reserved': user(
    ({ name, stack, reason }: { name: string; stack: string; reason: string }) =>
      `A ${stack} module cannot be named ${name}: ${reason}.`,
    ({ name }) => `Choose another name, such as ${name}_module.`,
  ),
  'no-manifests': user(
    ({ dir }: { dir: string }) => `${dir} has no manifest.yaml, and neither do its subfolders.`,
    () => 'Pass a manifest, the folder of a module, or the folder that contains the modules.',
  ),
  'not-attached': user(
    ({ root }: { root: string }) => `${root} is not an attached application.`,
    () =>
      'Pass the folder of an application that `create-ai-module host attach` changed: the one with its ai-modules.yaml.',
  ),
  'nothing-matches': user(
    ({ pattern }: { pattern: string }) => `No file matches ${pattern}.`,
    () => 'Put the pattern in quotes, or pass the folder that contains the modules.',
  ),
  'nothing-to-undo': user(
    ({ root }: { root: string }) => `There is no update to undo in ${root}.`,
    () =>
      'The last ten runs of update, add and adopt can be undone, each once, and only on the machine where they ran.',
  ),
  'output-unwritable': machine(
    ({ output, reason }: { output: string; reason: string }) => `${output} cannot be written: ${reason}.`,
    () =>
      'Free disk space, or redirect the output. Files may already be written: check before you run the command again.',
  ),
  'pack-changed': user(
    ({ module, pack }: { module: string; pack: string; stack: string; cachedIn?: string | undefined }) =>
      `The template pack ${pack} has other files than when it rendered ${module || 'the host'}.`,
    ({ stack, cachedIn }) => {
      const copy = cachedIn === undefined ? 'install the package again' : `delete the folder ${cachedIn}`;
      return stack.startsWith('npm:')
        ? `If your copy was changed, ${copy} and run the command again. If the registry has other files under this version, ask the maintainer: a changed pack needs a new version.`
        : 'Raise `version` in its pack.yaml, so that `update` merges the changes. To undo the changes, restore its files from git.';
    },
  ),
  'pack-check-failed': user(
    ({ pack, template, line, reason }: { pack: string; template: string; line: number; reason: string }) =>
      `Template pack ${pack}: ${template}:${line}: ${reason}`,
    () => 'This is an error in the template pack, not in your input: report it to its maintainer. Nothing was written.',
  ),
  'pack-invalid': user(
    ({ pack, file, reason }: { pack: string; file: string; reason: string }) =>
      `Template pack ${pack}: ${file}: ${reason}`,
    () => 'docs/packs.md describes the format of template packs.',
  ),
  'pack-older': user(
    ({ module, pack, found }: { module: string; pack: string; found: string }) =>
      `${module || 'The host'} was generated by ${pack}, but the installed version is older: ${found}.`,
    () => 'Update create-ai-module, or the template pack, to at least that version.',
  ),
  'pack-other': user(
    ({ module, pack, found }: { module: string; pack: string; found: string }) =>
      `${module || 'The host'} was generated by the template pack ${pack}, but this host uses ${found}.`,
    ({ pack }) => `Pass --stack with the name or the folder of ${pack}, or move the module to a host of its stack.`,
  ),
  'pack-not-found': user(
    ({ stack }: { stack: string; known: readonly string[] }) => `Unknown stack ${stack}.`,
    ({ known }) =>
      `Pass ${known.join(' or ')}, the path of a folder that contains a pack.yaml, such as ./my-pack, or a package, such as npm:@acme/ai-pack@1.2.0.`,
  ),
  'pack-package-invalid': user(
    ({ stack, reason }: { stack: string; reason: string }) => `The package ${stack} cannot be used: ${reason}`,
    () => 'Check its name, its version, and the registry that npm is configured with. Nothing was written.',
  ),
  'path-escapes': user(
    ({ path, reason }: { path: string; reason: string }) => `${path} cannot be used: ${reason}.`,
    () => 'Remove or replace the link: files are only written inside the target folder.',
  ),
  'path-invalid': user(
    ({ path, reason }: { path: string; reason: string }) =>
      `${JSON.stringify(path)} is not a valid file name: ${reason}.`,
    () => 'Choose a name that is valid on every operating system.',
  ),
  'plan-is-stale': machine(
    ({ path }: { path: string }) => `${path} changed on disk after the plan was made. Nothing was written.`,
    () => 'Run the command again.',
  ),
  'ref-unusable': user(
    ({ ref, reason }: { ref: string; reason: string; hint: string }) =>
      `The modules cannot be compared with ${ref}: ${reason}.`,
    ({ hint }) => hint,
  ),
  'rules-broken': user(
    ({ count }: { count: number; diagnostics: readonly Diagnostic[] }) =>
      `Nothing was written: the result would have ${count} new ${count === 1 ? 'error' : 'errors'}, listed above.`,
    () =>
      'Correct the input. `validate` reports the same errors; ai-modules.yaml can change the severity of their rules.',
  ),
  'runtime-missing': machine(
    ({ file }: { file: string }) => `The archive of the runtime is missing in this installation: ${file}`,
    () => 'Install create-ai-module again. In a clone, run `npm run build`; the wheel needs Python 3.11 or newer.',
  ),
  'runtime-older': user(
    ({ package: name, needed, found }: { package: string; needed: string; found: string | null }) =>
      found === null
        ? `The modules need ${name} ${needed}, but the host does not depend on it. Nothing was written.`
        : `The modules need ${name} ${needed}, but the host depends on ${found}. Nothing was written.`,
    ({ found }) =>
      found === null
        ? 'Run `create-ai-module host attach` for an existing application, or `create-ai-module update --host` for a generated host.'
        : 'Run `create-ai-module update --host` first.',
  ),
  'schema-unusable': user(
    ({ file, reason }: { file: string; reason: string; hint: string }) => `${file} cannot be imported: ${reason}.`,
    ({ hint }) => hint,
  ),
  'target-not-empty': user(
    ({ dir, files }: { dir: string; files: readonly string[] }) =>
      `${dir} already contains files that would be overwritten: ${files.slice(0, 5).join(', ')}${files.length > 5 ? `, and ${files.length - 5} more` : ''}.`,
    () => 'Choose an empty folder, or move those files elsewhere.',
  ),
  'target-unusable': user(
    ({ path, reason }: { path: string; reason: string }) => `${path} cannot be used: ${reason}.`,
    () => 'Choose another folder.',
  ),
  'template-differs': user(
    ({ modules, from, to }: { modules: readonly string[]; from: string; to: string }) =>
      `--manifest-only: the template of ${listed(modules)} is ${from}, but the installed one is ${to}.`,
    () =>
      'Nothing was written. Omit --manifest-only to upgrade the template as well, or use the version of create-ai-module or of the template pack that generated the code.',
  ),
  'undo-failed': machine(
    ({ root, reason, first }: { root: string; reason: string; first: string }) =>
      `${first} Restoring ${root} failed: ${reason}.`,
    ({ root }) => `The backups are in ${root}/.create-ai-module: the next run restores everything.`,
  ),
  usage: user(
    ({ message }: { message: string }) => message,
    () => 'Run `create-ai-module --help` for usage.',
  ),
  'verification-failed': machine(
    ({ step, reason }: { step: string; reason: string; advice: string }) =>
      `Verification failed, step ${step}: ${reason}`,
    ({ advice }) => `The attachment was kept. ${advice}, then run \`create-ai-module host attach --verify\`.`,
  ),
  'working-directory-unusable': machine(
    ({ reason }: { reason: string }) => `The working directory cannot be used: ${reason}.`,
    () => 'Change to an existing folder, then run the command again.',
  ),
};
