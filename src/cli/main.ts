import { nodeIo } from '../io/node-io.ts';
import { buildProgram } from './program/program.ts';
import { run } from './run.ts';

const prompter = async () => (await import('./prompts/terminal.ts')).terminalPrompter();

/** Runs the tool with the arguments and streams of this process, and sets its exit code. */
export async function main(): Promise<void> {
  process.exitCode = await run(process.argv.slice(2), nodeIo(prompter));
}

/** The output of `--help`; the build stores it in the bundle. */
export function helpText(): string {
  let text = '';
  const write = (part: string) => {
    text += part;
  };
  buildProgram({ ...nodeIo(prompter), out: { write, isTty: false } }, () => {}).outputHelp();
  return text;
}
