import type { Io } from '../../io/io.ts';
import { manifestSchemaText } from '../../io/manifest-schema.ts';
import { type ExitCode, exit } from '../exit.ts';

/** Prints the manifest's JSON Schema: for editors, and for other validators. */
export async function schema(io: Io): Promise<ExitCode> {
  io.out.write(await manifestSchemaText());
  return exit.done;
}
