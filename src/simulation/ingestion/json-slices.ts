/** A string, which goes on to the end where it is not closed, or white space between tokens. */
const STRING_OR_BLANKS = /"[^"\\]*(?:\\[^][^"\\]*)*"?|\s+/g;

/** Takes the white space outside of strings out of JSON; digits of numbers stay as they are. */
export function compactJson(json: string): string {
  return json.replace(STRING_OR_BLANKS, (token) => (token.startsWith('"') ? token : ''));
}

/**
 * Cuts a text into the JSON values that stand in it one behind another; a list is cut into its elements.
 * Each slice may still be no JSON: parse it.
 */
export function* sliceJsonValues(text: string): Generator<string> {
  for (let at = skipBlanks(text, 0); at < text.length; at = skipBlanks(text, at)) {
    const end = endOfValue(text, at);
    const slice = text.slice(at, end);
    if (slice.startsWith('[')) yield* sliceElements(slice);
    else yield slice;
    at = end;
  }
}

/**
 * The text of a member of a JSON object, so that numbers keep their digits; of two with one key the last.
 * @returns undefined where the object has no such member
 */
export function memberText(object: string, key: string): string | undefined {
  let found: string | undefined;
  let at = skipBlanks(object, skipBlanks(object, 0) + 1);
  while (object.charAt(at) === '"') {
    const endOfKey = endOfString(object, at);
    const start = skipBlanks(object, skipBlanks(object, endOfKey) + 1);
    const end = endOfValue(object, start);
    if (JSON.parse(object.slice(at, endOfKey)) === key) found = object.slice(start, end);
    at = skipBlanks(object, skipBlanks(object, end) + 1);
  }
  return found;
}

/** The elements of a list as text; none of an empty one. A list that isn't closed is yielded as it is. */
function* sliceElements(list: string): Generator<string> {
  if (!list.endsWith(']')) {
    yield list;
    return;
  }
  let at = skipBlanks(list, 1);
  if (at === list.length - 1) return;
  while (at < list.length - 1) {
    const end = Math.min(endOfElement(list, at), list.length - 1);
    yield list.slice(at, end).trim();
    at = skipBlanks(list, end + 1);
  }
}

function endOfElement(list: string, start: number): number {
  let at = start;
  while (at < list.length && list[at] !== ',') {
    at = Math.max(at + 1, endOfValue(list, at));
    at = skipBlanks(list, at);
  }
  return at;
}

/** Where the value that begins here ends: behind its last bracket or quotation mark, or at a separator. */
function endOfValue(text: string, start: number): number {
  const first = text.charAt(start);
  if (first === '"') return endOfString(text, start);
  if (first === '{' || first === '[') return endOfBrackets(text, start);
  const bare = /[^\s,{}[\]"]+/y;
  bare.lastIndex = start;
  return bare.test(text) ? bare.lastIndex : start + 1;
}

function endOfString(text: string, start: number): number {
  const string = /"[^"\\]*(?:\\[^][^"\\]*)*"?/y;
  string.lastIndex = start;
  string.test(text);
  return string.lastIndex;
}

function endOfBrackets(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length;) {
    const character = text[at]!;
    if (character === '"') {
      at = endOfString(text, at);
      continue;
    }
    at++;
    if (character === '{' || character === '[') depth++;
    else if ((character === '}' || character === ']') && --depth === 0) return at;
  }
  return text.length;
}

function skipBlanks(text: string, at: number): number {
  const blanks = /\s*/y;
  blanks.lastIndex = at;
  blanks.test(text);
  return blanks.lastIndex;
}
