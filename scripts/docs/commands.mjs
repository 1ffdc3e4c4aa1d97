// Help, the table of commands, exit codes and questions, from the definition of the command line.
import { code, fence, table } from './markdown.mjs';
import { documentedMembers, source } from './source.mjs';

const width = 100;
const silent = { write: () => {}, isTty: false };
const program = () => source.buildProgram({ out: silent, err: silent }, () => {});

export const commandParts = {
  'command-help': () => [program(), ...leavesOf(program())].map(help).join('\n\n'),
  'command-table': () =>
    table(
      ['command', 'what it does'],
      leavesOf(program()).map((command) => [code(usageOf(command)), command.description()]),
    ),
  'exit-codes': async () => {
    const meanings = await documentedMembers('src/cli/output/exit.ts', 'export const exit');
    return table(
      ['code', 'meaning'],
      meanings.map(({ path, comment }) => [source.exit[path], comment]),
    );
  },
  questions: () => {
    const rows = Object.entries(source.answerKinds).map(([id, { flag, isList }]) => [
      code(id),
      code(flag),
      isList ? 'adds to the standard entries' : 'replaces the default',
    ]);
    return table(['name in an answers file', 'on the command line', 'what it does'], rows);
  },
};

function leavesOf(command) {
  return command.commands.flatMap((child) => (child.commands.length > 0 ? leavesOf(child) : [child]));
}

function pathOf(command) {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

function usageOf(command) {
  const words = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '…' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [pathOf(command).replace(/^\S+ /, ''), ...words].join(' ');
}

function help(command) {
  let text = '';
  command.configureOutput({
    getOutHelpWidth: () => width,
    writeOut: (more) => {
      text += more;
    },
  });
  command.outputHelp();
  return `## ${code(pathOf(command))}\n\n${fence('text', text)}`;
}
