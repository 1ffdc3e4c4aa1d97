import type { Command } from 'commander';
import type { Io } from '../../io/io.ts';
import { allFlag, type SetExitCode } from './flags.ts';

export function declareCheckingCommands(program: Command, io: Io, setExitCode: SetExitCode): void {
  program
    .command('validate')
    .description('Check manifests and the code of their modules; default: all modules of the host')
    .argument('[paths...]', 'Manifests, folders of modules, glob patterns, or names of modules; - reads standard input')
    .option('--host <dir>', 'Folder of the host application; default: the current folder or one above it')
    .option(...allFlag)
    .option('--format <format>', 'pretty, json, github, sarif or junit; default: pretty, or github in GitHub Actions')
    .option('--json', 'Same as --format json')
    .option('--no-code', 'Do not compare the code of modules with their manifests')
    .option('--strict', 'Exit with 1 for warnings, not only for errors')
    .option(
      '--against <ref>',
      'Compare the contract of each module with the one at a git ref: the version must make the step that the changes need',
    )
    .option('--fix', 'Apply safe fixes: quotes, the order of fields, misspelt fields')
    .option('--dry-run', 'With --fix: show the fixes and write nothing')
    .option('--diff', 'With --fix: show the fixes as a diff; write only with --yes, like --json')
    .option('-y, --yes', 'With --fix: write, even with --diff or --json')
    .option('--debug', 'Print the stack trace of an error')
    .action(async (paths: string[], flags) =>
      setExitCode(await (await import('../commands/validate.ts')).validate(io, paths, flags)),
    );
  program
    .command('schema')
    .description('Print the JSON Schema of the manifest, for editors and other validators')
    .option('--debug', 'Print the stack trace of an error')
    .action(async () => setExitCode(await (await import('../commands/schema.ts')).schema(io)));
}
