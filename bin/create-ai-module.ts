import { run } from '../src/cli/run.ts';
import { nodeIo } from '../src/io/node-io.ts';

const io = nodeIo(async () => (await import('../src/cli/prompt.ts')).terminalPrompter());

run(process.argv.slice(2), io).then((code) => {
  process.exitCode = code;
});
