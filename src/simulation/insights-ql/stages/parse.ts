import { compileRegexAt, type Evaluate } from '../execution/compile-expression.js';
import { type Row } from '../execution/row.js';
import { eachRow, manyRows, type StageFactory } from '../execution/stage.js';
import { type RegexMatch } from '../functions/regex.js';
import { QuerySyntaxError } from '../syntax-error.js';
import { type ParseCommand } from '../tree.js';
import { parseJson } from '../values/json.js';
import { isList, isMap, toText, type Value } from '../values/value.js';

/** A `parse` made ready. */
export interface ParsePlan {
  /** The fields that it makes. */
  readonly names: readonly string[];
  readonly stage: StageFactory;
}

/** Rows that one event gives with `multi`, so that no expression makes up a million of them. */
const MAX_MATCHES = 10_000;

/**
 * @throws QuerySyntaxError for a bad regular expression, or names that don't fit it
 */
export function planParse(command: ParseCommand, input: Evaluate): ParsePlan {
  const { mode } = command;
  switch (mode.kind) {
    case 'Glob':
      return planRegex(command, input, globToRegex(mode.pattern), mode.names, false);
    case 'Regex':
      return planRegex(command, input, mode.source, mode.names, mode.multi);
    case 'Logfmt':
      return planValues(input, [mode.name], (text) => [parseLogfmt(text)]);
    case 'Csv':
      return planValues(input, mode.names, parseCsv);
    case 'Json': {
      const path = mode.path.replace(/\[(\d+)\]/g, '.$1').split('.');
      return planValues(input, [mode.name], (text) => [walkJson(parseJson(text) ?? null, path)]);
    }
  }
}

function planValues(
  input: Evaluate,
  names: readonly string[],
  read: (text: string) => readonly (Value | undefined)[],
): ParsePlan {
  const stage: StageFactory = (next) =>
    eachRow(next, (row) => {
      const text = textOf(input(row));
      if (text === undefined) return true;
      const values = read(text);
      for (const [index, name] of names.entries()) row.set(name, values[index] ?? null);
      return true;
    });
  return { names, stage };
}

/** Structures are read as the JSON that they print as; a missing field has nothing to read. */
function textOf(value: Value): string | undefined {
  return toText(value);
}

function planRegex(
  command: ParseCommand,
  input: Evaluate,
  source: string,
  given: readonly string[] | undefined,
  multi: boolean,
): ParsePlan {
  const regex = compileRegexAt(source, command.span);
  if (given !== undefined && given.length !== regex.groupCount) {
    throw new QuerySyntaxError(
      `the regular expression has ${regex.groupCount} groups for ${given.length} names`,
      command.span,
    );
  }
  const names = given ?? regex.groupNames;
  if (names.length === 0) {
    throw new QuerySyntaxError('parse needs a named group, (?<name>…), or names after as', command.span);
  }
  const assign = (row: Row, match: RegexMatch): void => {
    for (const [index, name] of names.entries()) {
      const text = given === undefined ? match.groups[name] : match.captures[index + 1];
      row.set(name, text ?? null);
    }
  };
  if (multi) {
    const stage: StageFactory = (next) =>
      manyRows(next, function* (row) {
        const text = toText(input(row)) ?? '';
        let match = regex.exec(text);
        let matches = 0;
        while (match !== undefined && matches < MAX_MATCHES) {
          const made = row.copy();
          assign(made, match);
          yield made;
          matches++;
          // An empty match must not be found again.
          match = regex.exec(text, match.end > match.index ? match.end : match.end + 1);
        }
        if (matches === 0) yield row;
      });
    return { names, stage };
  }
  const stage: StageFactory = (next) =>
    eachRow(next, (row) => {
      const text = textOf(input(row));
      const match = text === undefined ? undefined : regex.exec(text);
      if (match !== undefined) assign(row, match);
      return true;
    });
  return { names, stage };
}

/** `a * b *`: searched anywhere; an inner star is the shortest text, a last one all that is left. */
export function globToRegex(glob: string): string {
  const parts = glob.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  let source = `(?s)${parts[0]!}`;
  for (let index = 1; index < parts.length; index++) {
    const isLast = index === parts.length - 1 && parts[index] === '';
    source += `${isLast ? '(.*)' : '(.*?)'}${parts[index]!}`;
  }
  return source;
}

const LOGFMT_PAIR = /([^\s="]+)(?:=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*)))?/g;

/** `level=info msg="a b" ok`: a map; a key without a value holds true text. */
export function parseLogfmt(text: string): Value {
  const pairs = new Map<string, Value>();
  for (const match of text.matchAll(LOGFMT_PAIR)) {
    const quoted = match[2]?.replace(/\\(["\\])/g, '$1');
    pairs.set(match[1]!, quoted ?? match[3] ?? 'true');
  }
  return pairs;
}

/** The cells of one line of comma-separated values; `""` is a quote inside quotes. */
export function parseCsv(text: string): string[] {
  const cells: string[] = [];
  const line = text.replace(/\r?\n$/, '');
  let cell = '';
  let isQuoted = false;
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!;
    if (isQuoted) {
      if (char !== '"') cell += char;
      else if (line[at + 1] === '"') cell += line[at++]!;
      else isQuoted = false;
    } else if (char === '"' && cell.trim() === '') {
      isQuoted = true;
      cell = '';
    } else if (char === ',') {
      cells.push(cell);
      cell = '';
    } else {
      cell += char;
    }
  }
  cells.push(cell);
  return cells.map((value) => value.trim());
}

function walkJson(value: Value, path: readonly string[]): Value {
  let current = value;
  for (const step of path) {
    if (isMap(current)) current = current.get(step) ?? null;
    else if (isList(current)) current = current[Number(step)] ?? null;
    else return null;
  }
  return current;
}
