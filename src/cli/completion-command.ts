import { Argument, Command } from 'commander';
import { type CommandIo } from './command-io.js';
import { EXIT } from './exit-codes.js';

const HELP = `
Examples:
  otel-cwlogs completion bash > ~/.local/share/bash-completion/completions/otel-cwlogs
  otel-cwlogs completion zsh > "\${fpath[1]}/_otel-cwlogs"
  otel-cwlogs completion fish > ~/.config/fish/completions/otel-cwlogs.fish`;

/** What a shell may complete of one command. */
export interface Completable {
  readonly name: string;
  readonly about: string;
  readonly options: readonly CompletableOption[];
  /** Words that may stand behind it: subcommands, or what an argument may be. */
  readonly words: readonly string[];
}

/** One option. */
export interface CompletableOption {
  /** `-g`, `--log-group` */
  readonly flags: readonly string[];
  readonly about: string;
  readonly takesValue: boolean;
  /** The value names a file or folder. */
  readonly isPath: boolean;
}

/** The command `completion`. @param program - whose commands are completed, asked when it is run */
export function completionCommand(io: CommandIo, program: () => Command): Command {
  return new Command('completion')
    .description('print a completion script for your shell')
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', HELP)
    .action((shell: 'bash' | 'zsh' | 'fish') => {
      const commands = completablesOf(program());
      const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };
      io.stdout.write(scripts[shell](program().name(), commands));
      io.setExitCode(EXIT.found);
    });
}

function completablesOf(program: Command): Completable[] {
  return program.commands.map((command) => {
    const help = command.createHelp();
    return {
      name: command.name(),
      about: command.description(),
      options: help.visibleOptions(command).map(({ short, long, description, required, optional }) => ({
        flags: [short, long].filter((flag) => flag !== undefined),
        about: description,
        takesValue: required || optional,
        isPath: /-(?:dir|file)$/.test(long ?? ''),
      })),
      words: [
        ...command.commands.map((child) => child.name()),
        ...command.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
      ],
    };
  });
}

/** Works with the bash 3.2 of macOS, and without the package bash-completion. */
export function bashScript(program: string, commands: readonly Completable[]): string {
  const name = program.replace(/\W/g, '_');
  const cases = commands.map((command) => {
    const flags = command.options.flatMap((option) => option.flags).join(' ');
    return `    ${command.name}) words=${quote([...command.words, flags].join(' ').trim())} ;;`;
  });
  const values = commands.flatMap(({ options }) => options.filter((option) => option.takesValue));
  return `# Completion of ${program} for bash.
_${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words=''
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    words=${quote([...commands.map((command) => command.name), '--help', '--version'].join(' '))}
  else
    case "$previous" in
      ${patterns(values.filter((option) => option.isPath))}) COMPREPLY=($(compgen -f -- "$current")); return ;;
      ${patterns(values.filter((option) => !option.isPath))}) return ;;
    esac
    case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _${name} ${program}
`;
}

function patterns(options: readonly CompletableOption[]): string {
  return [...new Set(options.flatMap((option) => option.flags))].join('|');
}

/** For a folder of `fpath`, or to be sourced. */
export function zshScript(program: string, commands: readonly Completable[]): string {
  const name = program.replace(/\W/g, '_');
  const cases = commands.map(({ name: command, options, words }) => {
    const specs = options.flatMap(({ flags, about, takesValue, isPath }) =>
      flags.map((flag) => {
        const value = takesValue ? `:value:${isPath ? '_files' : ''}` : '';
        return quote(`*${flag}[${zshText(about)}]${value}`);
      }),
    );
    const argument = words.length > 0 ? [quote(`*:word:(${words.join(' ')})`)] : [];
    return `    ${command}) _arguments ${[...specs, ...argument].join(' ')} ;;`;
  });
  const described = commands.map((command) => quote(`${command.name}:${zshText(command.about)}`));
  return `#compdef ${program}
# Completion of ${program} for zsh.
_${name}() {
  local -a commands
  commands=(
    ${described.join('\n    ')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command="$words[2]"
  shift words
  (( CURRENT-- ))
  case "$command" in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = "_${name}" ]; then _${name} "$@"; else compdef _${name} ${program}; fi
`;
}

/** What `_arguments` and `_describe` would take for their own. */
function zshText(text: string): string {
  return text.replace(/[[\]:\\]/g, '\\$&');
}

/** For the folder of completions of fish. */
export function fishScript(program: string, commands: readonly Completable[]): string {
  const lines = commands.flatMap(({ name, about, options, words }) => {
    const isUsed = fishQuote(`__fish_seen_subcommand_from ${name}`);
    return [
      `complete -c ${program} -n __fish_use_subcommand -f -a ${name} -d ${fishQuote(about)}`,
      ...options.map(({ flags, about: option, takesValue, isPath }) => {
        const names = flags.map((flag) =>
          flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
        );
        const value = takesValue ? (isPath ? ' -r -F' : ' -x') : '';
        return `complete -c ${program} -n ${isUsed} ${names.join(' ')}${value} -d ${fishQuote(option)}`;
      }),
      ...(words.length > 0
        ? [`complete -c ${program} -n ${isUsed} -f -a ${fishQuote(words.join(' '))}`]
        : []),
    ];
  });
  return `# Completion of ${program} for fish.\ncomplete -c ${program} -f\n${lines.join('\n')}\n`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function fishQuote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
