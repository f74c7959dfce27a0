/** Text that is HTML already. Only this file and its templates make any, so a value can't become markup. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a template takes: text and numbers are escaped, nothing is left out for false and undefined. */
export type HtmlValue = string | number | Html | readonly HtmlValue[] | false | undefined;

/**
 * HTML out of a template, every value in it escaped, in text and in attributes within double quotes.
 * @example
 * markup`<td title="${name}">${text}</td>`
 */
export function markup(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = strings[0]!;
  for (const [index, value] of values.entries()) text += toText(value) + strings[index + 1]!;
  return new Html(text);
}

/** Data as JSON for the body of an element: nothing in it is markup, and no entity is needed. */
export function jsonBody(value: unknown): Html {
  return new Html(
    JSON.stringify(value).replace(
      /[<>&'\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );
}

function toText(value: HtmlValue): string {
  if (value instanceof Html) return value.text;
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  if (value === undefined || value === false) return '';
  return value.map(toText).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Markup, and what would hide or reorder text: controls, bidirectional and invisible characters are shown. */
const UNSAFE =
  // eslint-disable-next-line no-control-regex
  /[&<>"'`]|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/** Text that is nothing but text in HTML. */
export function escapeHtml(text: string): string {
  return text.replace(
    UNSAFE,
    (character) => ENTITIES[character] ?? `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}
