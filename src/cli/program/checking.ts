import type { Command } from 'commander';
import type { Io } from '../../io/io.ts';
import type { End } from './flags.ts';

export function declareCheckingCommands(program: Command, io: Io, end: End): void {
  program
    .command('validate')
    .description('Check manifests; without paths, every manifest of the host')
    .argument('[paths...]', 'Manifests or folders of modules')
    .option('--host <dir>', 'Folder of the host application; default: here or above')
    .option('--format <format>', 'pretty or json', 'pretty')
    .option('--json', 'The same as --format json')
    .option('--strict', 'Warnings fail as errors do')
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
