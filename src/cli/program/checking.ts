import type { Command } from 'commander';
import type { Io } from '../../io/io.ts';
import type { End } from './flags.ts';

export function declareCheckingCommands(program: Command, io: Io, end: End): void {
  program
    .command('validate')
    .description('Check manifests; without paths, every manifest of the host')
    .argument('[paths...]', 'Manifests, folders of modules, patterns of them, or names of modules; - is standard input')
    .option('--host <dir>', 'Folder of the host application; default: here or above')
    .option('--format <format>', 'pretty, json, github, sarif or junit; default: pretty, in GitHub Actions github')
    .option('--json', 'The same as --format json')
    .option('--no-code', 'Do not compare the code of modules with their manifests')
    .option('--strict', 'Warnings fail as errors do')
    .option('--fix', 'Write what is safe to repair: quotes, the order of fields, misspelt fields')
    .option('--dry-run', 'With --fix: show what would change and write nothing')
    .option('--diff', 'With --fix: show what would change; writes with --yes only, as does --json')
    .option('-y, --yes', 'With --fix: write, also with --diff and --json')
    .option('--debug', 'Show where a failure comes from')
    .action(async (paths: string[], flags) =>
      end(await (await import('../commands/validate.ts')).validate(io, paths, flags)),
    );
  program
    .command('schema')
    .description("Print the manifest's JSON Schema, for editors and other validators")
    .option('--debug', 'Show where a failure comes from')
    .action(async () => end(await (await import('../commands/schema.ts')).schema(io)));
}
