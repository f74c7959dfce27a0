import { captureGlob, parseGlob } from '../../text-matching/glob.js';
import { compileRegexAt, type Evaluate } from '../execution/compile-expression.js';
import { type Row } from '../execution/row.js';
import { eachRow, manyRows, type StageFactory } from '../execution/stage.js';
import { type RegexMatch } from '../functions/regex.js';
import { QuerySyntaxError } from '../syntax-error.js';
import { type ParseCommand, type ParseMode } from '../tree.js';
import { parseJson } from '../values/json.js';
import { followPath } from '../values/step-into.js';
import { toText, type Value } from '../values/value.js';

/** A `parse` made ready. */
export interface ParsePlan {
  /** The fields that it makes. */
  readonly names: readonly string[];
  readonly stage: StageFactory;
}

/** Rows that one event gives with `multi`, so that no expression makes up a million of them. */
const MAX_MATCHES = 10_000;

/**
 * @param isRead - whether a field of a name may be read behind it; others need not be made
 * @throws QuerySyntaxError for a bad regular expression, or names that don't fit it
 */
export function planParse(
  command: ParseCommand,
  input: Evaluate,
  isRead: (name: string) => boolean,
): ParsePlan {
  const { mode } = command;
  switch (mode.kind) {
    case 'Glob':
      return planGlob(input, mode.pattern, mode.names, isRead);
    case 'Regex':
      return planRegex(command, input, mode, isRead);
    case 'Logfmt':
      return planValues(input, [mode.name], (text) => [parseLogfmt(text)]);
    case 'Csv':
      return planValues(input, mode.names, parseCsv);
    case 'Json':
      return planJson(input, mode.paths);
  }
}

function planValues(
  input: Evaluate,
  names: readonly string[],
  read: (text: string) => readonly (Value | undefined)[],
): ParsePlan {
  const stage: StageFactory = (next) =>
    eachRow(next, (row) => {
      const text = toText(input(row));
      if (text === undefined) return true;
      const values = read(text);
      for (const [index, name] of names.entries()) row.set(name, values[index] ?? null);
      return true;
    });
  return { names, stage };
}

/** A field that `jsonParse` made is a structure already. */
function planJson(
  input: Evaluate,
  paths: readonly { readonly path: string; readonly name: string }[],
): ParsePlan {
  const stage: StageFactory = (next) =>
    eachRow(next, (row) => {
      const value = input(row);
      const structure = typeof value === 'string' ? (parseJson(value) ?? null) : value;
      for (const { path, name } of paths) row.set(name, followPath(structure, path));
      return true;
    });
  return { names: paths.map(({ name }) => name), stage };
}

function planRegex(
  command: ParseCommand,
  input: Evaluate,
  mode: ParseMode & { readonly kind: 'Regex' },
  isRead: (name: string) => boolean,
): ParsePlan {
  const { source, names: given, multi } = mode;
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
  const made = names
    .map((name, index) => ({ name, group: given === undefined ? regex.groupNumber(name) : index + 1 }))
    .filter(({ name }) => isRead(name));
  const assign = (row: Row, { captures }: RegexMatch): void => {
    for (const { name, group } of made) row.set(name, captures[group] ?? null);
  };
  if (multi) {
    const stage: StageFactory = (next) =>
      manyRows(next, (row, give) => {
        const text = toText(input(row)) ?? '';
        const whole = regex.wholeMatches(text);
        if (whole !== undefined) {
          const count = Math.min(whole.length, MAX_MATCHES);
          for (let index = 0; index < count; index++) {
            const matched = row.copyWith(names[0]!, whole[index]!);
            for (let other = 1; other < names.length; other++) matched.set(names[other]!, whole[index]!);
            if (!give(matched)) return false;
          }
          return count > 0 || give(row);
        }
        let matches = 0;
        for (const match of regex.matches(text)) {
          const matched = row.copy();
          assign(matched, match);
          if (!give(matched)) return false;
          if (++matches >= MAX_MATCHES) break;
        }
        return matches > 0 || give(row);
      });
    return { names, stage };
  }
  const stage: StageFactory = (next) =>
    eachRow(next, (row) => {
      const text = toText(input(row));
      const match = text === undefined ? undefined : regex.exec(text);
      if (match !== undefined) assign(row, match);
      return true;
    });
  return { names, stage };
}

/** `a * b *`: searched anywhere; as many names as stars. */
function planGlob(
  input: Evaluate,
  pattern: string,
  names: readonly string[],
  isRead: (name: string) => boolean,
): ParsePlan {
  const glob = parseGlob(pattern);
  const areRead = names.map(isRead);
  const stage: StageFactory = (next) =>
    eachRow(next, (row) => {
      const text = toText(input(row));
      const captures = text === undefined ? undefined : captureGlob(glob, text, areRead);
      if (captures === undefined) return true;
      for (let index = 0; index < names.length; index++) {
        const captured = captures[index];
        if (captured !== undefined) row.set(names[index]!, captured);
      }
      return true;
    });
  return { names, stage };
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
  /** Characters of the cell that are no blanks. */
  let written = 0;
  const add = (char: string): void => {
    cell += char;
    if (char.trim() !== '') written++;
  };
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!;
    if (isQuoted) {
      if (char !== '"') add(char);
      else if (line[at + 1] === '"') add(line[at++]!);
      else isQuoted = false;
    } else if (char === '"' && written === 0) {
      isQuoted = true;
      cell = '';
    } else if (char === ',') {
      cells.push(cell);
      cell = '';
      written = 0;
    } else {
      add(char);
    }
  }
  cells.push(cell);
  return cells.map((value) => value.trim());
}
