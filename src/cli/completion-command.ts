import { Argument, Command } from 'commander';
import { type CommandIo } from './command-io.js';
import { COMPLETE_LOG_GROUPS } from './complete-log-groups-command.js';
import { EXIT } from './exit-codes.js';

const HELP = `
Examples:
  otel-cwlogs completion bash > ~/.local/share/bash-completion/completions/otel-cwlogs
  otel-cwlogs completion zsh > "\${fpath[1]}/_otel-cwlogs"
  otel-cwlogs completion fish > ~/.config/fish/completions/otel-cwlogs.fish`;

/** What a shell may complete of one command. */
export interface Completable {
  /** Of the program, and of its subcommands: `trace`, `dashboard cloudwatch`. */
  readonly name: string;
  readonly about: string;
  readonly options: readonly CompletableOption[];
  /** Words that may stand behind it: subcommands, or what an argument may be. */
  readonly words: readonly string[];
  readonly argument: CompletableValue;
}

/** What a value names: nothing that is known, a file or folder, a log group. */
export type CompletableValue = 'text' | 'path' | 'group';

/** One option. */
export interface CompletableOption {
  /** `-g`, `--log-group` */
  readonly flags: readonly string[];
  readonly about: string;
  readonly takesValue: boolean;
  readonly value: CompletableValue;
  /** The values that it takes, where only these. */
  readonly choices: readonly string[];
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

function completablesOf(program: Command, parent = ''): Completable[] {
  return program.commands
    .filter((command) => command.name() !== COMPLETE_LOG_GROUPS)
    .flatMap((command) => {
      const name = `${parent}${command.name()}`;
      const words = [
        ...command.commands.map((child) => child.name()),
        ...command.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
      ];
      return [
        {
          name,
          about: command.description(),
          options: optionsOf(command),
          words,
          argument: valueOf(command.registeredArguments[0]?.name()),
        },
        ...completablesOf(command, `${name} `),
      ];
    });
}

function optionsOf(command: Command): CompletableOption[] {
  const options = command.createHelp().visibleOptions(command);
  return options.map(({ short, long, description, required, optional, argChoices }) => ({
    flags: [short, long].filter((flag) => flag !== undefined),
    about: description,
    takesValue: required || optional,
    value: valueOf(long),
    choices: argChoices ?? [],
  }));
}

/** What an option or an argument names, by its own name. */
function valueOf(name: string | undefined): CompletableValue {
  if (/(?:-dir|-file|^file|^directory)$/.test(name ?? '')) return 'path';
  return /(?:^--log-group|^--from-group|^selector)$/.test(name ?? '') ? 'group' : 'text';
}

/** Works with the bash 3.2 of macOS, and without the package bash-completion. */
export function bashScript(program: string, commands: readonly Completable[]): string {
  const name = program.replace(/\W/g, '_');
  const top = commands.filter((command) => !command.name.includes(' '));
  // A subcommand stands before the command that it belongs to.
  const cases = commands
    .toSorted((a, b) => b.name.split(' ').length - a.name.split(' ').length)
    .map((command) => bashCase(command));
  return `# Completion of ${program} for bash.
_${name}() {
  local IFS=$' \\t\\n' line="\${COMP_LINE:0:$COMP_POINT}" words list=() kind=words option value current last
  COMPREPLY=()
  read -r -a words <<< "$line"
  case "$line" in *[[:space:]]) words+=('') ;; esac
  last=$((\${#words[@]} - 1))
  current="\${words[last]}"
  option="\${words[last-1]}" value="$current"
  case "$current" in
    --*=*) option="\${current%%=*}" value="\${current#*=}" ;;
    -[a-zA-Z]?*) option="\${current:0:2}" value="\${current:2}" ;;
  esac
  # What is before the value; without the quote with which it may begin, as in --log-group='/a
  local head="\${current%"$value"}" unquoted="$current"
  case "$value" in [\\'\\"]*) value="\${value:1}" unquoted="$head" ;; esac
  if [ "$last" -eq 1 ]; then
    list=(${[...top.map((command) => command.name), '--help', '--version'].join(' ')})
  else
    case "\${words[1]} \${words[2]} " in
${cases.join('\n')}
    esac
  fi
  case "$kind" in
    none) return ;;
    groups) IFS=$'\\n' list=($("\${words[0]}" ${COMPLETE_LOG_GROUPS} -- "$option" "$value" "\${words[@]:1:last-1}" 2>/dev/null)) ;;
    files) IFS=$'\\n' list=($(compgen -f -- "$value")); compopt -o filenames 2>/dev/null ;;
    words) [ "$value" = "$current" ] || head='' value="$current" ;;
  esac
  # Readline takes what stands behind = and : for a word of its own: what is before it is not to be typed again.
  local kept='' before character one
  for character in = :; do
    case "$COMP_WORDBREAKS" in *"$character"*) ;; *) continue ;; esac
    before="\${unquoted%"\${unquoted##*"$character"}"}"
    [ \${#before} -gt \${#kept} ] && kept="$before"
  done
  for one in "\${list[@]}"; do
    case "$one" in "$value"*) one="$head$one"; COMPREPLY+=("\${one#"$kept"}") ;; esac
  done
}
complete -F _${name} ${program}
`;
}

function bashCase({ name, words, options, argument }: Completable): string {
  const flags = options.flatMap((option) => option.flags);
  const ofOptions = options
    .filter((option) => option.takesValue)
    .map(({ flags: names, value, choices }) =>
      choices.length > 0
        ? `${names.join('|')}) kind=choices list=(${choices.join(' ')}) ;;`
        : `${names.join('|')}) kind=${BASH_KINDS[value]} ;;`,
    );
  const plain =
    argument === 'text' ? '' : `; case "$current" in -*) ;; *) kind=${BASH_KINDS[argument]} ;; esac`;
  return `    ${quote(`${name} `)}*)
      list=(${[...words, ...flags].join(' ')})${plain}
      case "$option" in
        ${[...ofOptions, '*) ;;'].join('\n        ')}
      esac ;;`;
}

const BASH_KINDS: Readonly<Record<CompletableValue, string>> = {
  text: 'none',
  path: 'files',
  group: 'groups',
};

/** For a folder of `fpath`, or to be sourced. */
export function zshScript(program: string, commands: readonly Completable[]): string {
  const name = program.replace(/\W/g, '_');
  const groups = `_${name}_log_groups`;
  const action = (value: CompletableValue, option: string): string =>
    value === 'group' ? `log group: ${groups} ${option}` : value === 'path' ? 'file:_files' : 'value: ';
  const cases = commands
    .filter((command) => !isParent(command, commands))
    .map(({ name: command, options, words, argument }) => {
      const specs = options.flatMap(({ flags, about, takesValue, value, choices }) =>
        flags.map((flag) => {
          const long = flags.at(-1)!;
          const follows = choices.length > 0 ? `value:(${choices.join(' ')})` : action(value, long);
          const mark = !takesValue ? '' : flag.startsWith('--') ? '=' : '+';
          return quote(`*${flag}${mark}[${zshText(about)}]${takesValue ? `:${follows}` : ''}`);
        }),
      );
      const operand = words.length > 0 ? `word:(${words.join(' ')})` : action(argument, 'argument');
      // Behind an argument that it was not told of, _arguments offers no option.
      return `    ${quote(command)}) _arguments ${[...specs, quote(`*:${operand}`)].join(' ')} ;;`;
    });
  const described = (parent: string): string =>
    childrenOf(parent, commands)
      .map((command) => quote(`${command.name.slice(parent.length)}:${zshText(command.about)}`))
      .join('\n    ');
  const parents = commands.filter((command) => isParent(command, commands));
  const below = parents.map(
    ({ name: parent }) => `    ${parent})
      if (( CURRENT == 2 )); then
        commands=(
    ${described(`${parent} `)}
        )
        _describe command commands
        return
      fi
      command="${parent} $words[2]"
      shift words
      (( CURRENT-- )) ;;`,
  );
  return `#compdef ${program}
# Completion of ${program} for zsh.
${groups}() {
  local -a found
  found=(\${(f)"$("$program" ${COMPLETE_LOG_GROUPS} -- "$1" "\${(Q)PREFIX}" "$given[@]" 2>/dev/null)"})
  compadd -a found
}
_${name}() {
  local -a commands given
  local program="\${(Q)words[1]}"
  given=("\${(@Q)words[2,CURRENT-1]}")
  if (( CURRENT == 2 )); then
    commands=(
    ${described('')}
    '--help:display help'
    '--version:display the version'
    )
    _describe command commands
    return
  fi
  local command="$words[2]"
  shift words
  (( CURRENT-- ))
  case "$command" in
${below.join('\n')}
  esac
  case "$command" in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = "_${name}" ]; then _${name} "$@"; else compdef _${name} ${program}; fi
`;
}

function isParent({ name }: Completable, commands: readonly Completable[]): boolean {
  return commands.some((command) => command.name.startsWith(`${name} `));
}

/** The commands of the program, or of one that has commands of its own. @param parent - with a blank behind it */
function childrenOf(parent: string, commands: readonly Completable[]): Completable[] {
  return commands.filter(
    ({ name }) => name.startsWith(parent) && name !== '' && !name.slice(parent.length).includes(' '),
  );
}

/** What `_arguments` and `_describe` would take for their own. */
function zshText(text: string): string {
  return text.replace(/[[\]:\\]/g, '\\$&');
}

/** For the folder of completions of fish. */
export function fishScript(program: string, commands: readonly Completable[]): string {
  const groups = `__${program.replace(/\W/g, '_')}_log_groups`;
  const lines = commands.flatMap((command) => {
    const { name, about, options, words, argument } = command;
    const [parent, child] = name.split(' ');
    const isUsed = `__fish_seen_subcommand_from ${parent!}`;
    const condition = child === undefined ? isUsed : `${isUsed}; and __fish_seen_subcommand_from ${child}`;
    const when =
      child === undefined ? '__fish_use_subcommand' : `${isUsed}; and ${noneOf(parent!, commands)}`;
    const own = isParent(command, commands) ? `${condition}; and ${noneOf(name, commands)}` : condition;
    const line = `complete -c ${program} -n ${fishQuote(own)}`;
    const operand =
      argument === 'path' ? ' -F' : argument === 'group' ? ` -f -a ${fishQuote(`(${groups} argument)`)}` : '';
    return [
      `complete -c ${program} -n ${fishQuote(when)} -f -a ${child ?? name} -d ${fishQuote(about)}`,
      ...options.map(({ flags, about: option, takesValue, value, choices }) => {
        const names = flags.map((flag) =>
          flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
        );
        const offered =
          choices.length > 0
            ? ` -a ${fishQuote(choices.join(' '))}`
            : value === 'group'
              ? ` -a ${fishQuote(`(${groups} ${flags.at(-1)!})`)}`
              : '';
        const follows = !takesValue ? '' : value === 'path' ? ' -r -F' : ` -x${offered}`;
        return `${line} ${names.join(' ')}${follows} -d ${fishQuote(option)}`;
      }),
      ...(operand === '' ? [] : [`${line}${operand}`]),
      ...(words.length > 0 && !isParent(command, commands)
        ? [`${line} -f -a ${fishQuote(words.join(' '))}`]
        : []),
    ];
  });
  return `# Completion of ${program} for fish.
function ${groups}
  set -l words (commandline -opc)
  set -l value (string replace -r -- '^(--[\\w-]+=|-[a-zA-Z](?=[^-]))' '' (commandline -ct))
  $words[1] ${COMPLETE_LOG_GROUPS} -- $argv[1] "$value" $words[2..-1] 2>/dev/null
end
complete -c ${program} -f
complete -c ${program} -n __fish_use_subcommand -s h -l help -d 'display help'
complete -c ${program} -n __fish_use_subcommand -l version -d 'display the version'
${lines.join('\n')}
`;
}

function noneOf(parent: string, commands: readonly Completable[]): string {
  const names = childrenOf(`${parent} `, commands).map(({ name }) => name.slice(parent.length + 1));
  return `not __fish_seen_subcommand_from ${names.join(' ')}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function fishQuote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
