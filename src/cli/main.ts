import { nodeIo } from '../io/node-io.ts';
import { run } from './run.ts';

/** The tool as a process: arguments and streams of this one; it ends when all that was begun has ended. */
export async function main(): Promise<void> {
  const io = nodeIo(async () => (await import('./prompt.ts')).terminalPrompter());
  process.exitCode = await run(process.argv.slice(2), io);
}
