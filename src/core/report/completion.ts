/** A command as shells complete it. */
export interface CompletedCommand {
  /** Such as `update`, or `host init`. */
  readonly name: string;
  readonly description: string;
  readonly flags: readonly { readonly name: string; readonly description: string }[];
  /** Whether its arguments are modules. */
  readonly takesModules: boolean;
}

const names = 'create-ai-module completion modules 2>/dev/null';

/** The scripts by shell. They complete commands, flags and names of modules; anything else is a file. */
export const completionScripts = {
  bash: bashScript,
  // zsh runs the functions of bash.
  zsh: (commands: readonly CompletedCommand[]) =>
    `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(commands)}`,
  fish: fishScript,
} as const;

function bashScript(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(({ name, flags, takesModules }) => {
    const words = takesModules ? ` *) offered=$(${names}) ;;` : '';
    return `    '${name}') case $current in -*) offered='${flags.map((flag) => flag.name).join(' ')}' ;;${words} esac ;;`;
  });
  const groups = groupsOf(commands);
  return `_create_ai_module() {
  local current=\${COMP_WORDS[COMP_CWORD]} command=\${COMP_WORDS[1]-} offered=
  case $command in ${[...groups.keys()].join('|')}) ((COMP_CWORD > 2)) && command="$command \${COMP_WORDS[2]}" ;; esac
  ((COMP_CWORD == 1)) && command=
  case $command in
    '') offered='${firstWords(commands).join(' ')}' ;;
${[...groups].map(([group, rest]) => `    '${group}') offered='${rest.join(' ')}' ;;`).join('\n')}
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$offered" -- "$current"))
}
complete -o default -F _create_ai_module create-ai-module
`;
}

function fishScript(commands: readonly CompletedCommand[]): string {
  const groups = groupsOf(commands);
  const line = (condition: string, rest: string) => `complete -c create-ai-module -n ${quoted(condition)} ${rest}`;
  const first = firstWords(commands).map((word) => {
    const about = commands.find(({ name }) => name === word)?.description ?? groups.get(word)?.join(', ') ?? '';
    return line('__fish_use_subcommand', `-f -a ${word} -d ${quoted(about)}`);
  });
  const others = commands.flatMap(({ name, description, flags, takesModules }) => {
    const [group = '', verb] = name.split(' ');
    const isGiven = `__fish_seen_subcommand_from ${group}`;
    const isMeant = verb === undefined ? isGiven : `${isGiven}; and __fish_seen_subcommand_from ${verb}`;
    const isOpen = `${isGiven}; and not __fish_seen_subcommand_from ${groups.get(group)?.join(' ')}`;
    return [
      ...(verb === undefined ? [] : [line(isOpen, `-f -a ${verb} -d ${quoted(description)}`)]),
      ...flags.map((flag) => line(isMeant, `-l ${flag.name.replace(/^--/, '')} -d ${quoted(flag.description)}`)),
      ...(takesModules ? [line(isMeant, `-a ${quoted(`(${names})`)}`)] : []),
    ];
  });
  return `${[...first, ...others].join('\n')}\n`;
}

function firstWords(commands: readonly CompletedCommand[]): string[] {
  return [...new Set(commands.map(({ name }) => name.split(' ')[0] ?? ''))];
}

/** Commands of two words: the second words by the first one. */
function groupsOf(commands: readonly CompletedCommand[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { name } of commands) {
    const [group = '', verb] = name.split(' ');
    if (verb !== undefined) groups.set(group, [...(groups.get(group) ?? []), verb]);
  }
  return groups;
}

/** A text of fish. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
