import type { Io } from '../../io/io.ts';
import { manifestSchemaText } from '../../io/module/plan-module.ts';
import { type ExitCode, exit } from '../output/exit.ts';

/** Prints the JSON Schema of the manifest. */
export async function schema(io: Io): Promise<ExitCode> {
  io.out.write(await manifestSchemaText());
  return exit.done;
}
