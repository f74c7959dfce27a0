import { showHidden } from '../model/show-hidden.js';

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

/** Text that is nothing but text in HTML, and is all seen. */
export function escapeHtml(text: string): string {
  return showHidden(text).replace(/[&<>"'`]/g, (character) => ENTITIES[character]!);
}
