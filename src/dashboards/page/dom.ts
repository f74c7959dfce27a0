import { showHidden } from '../model/show-hidden.js';

/** What may stand in an element. Text is always text, and all of it is seen: nothing here turns it into markup. */
export type Child = Node | string | number | undefined | false;

type Listener = (event: never) => void;

/** What an element is given. */
export interface Properties {
  readonly class?: string | undefined;
  readonly on?: Readonly<Record<string, Listener>> | undefined;
  readonly data?: Readonly<Record<string, string | number>> | undefined;
  /** Properties of its style, custom ones included: set through the CSSOM, which the policy of the page allows. */
  readonly style?: Readonly<Record<string, string>> | undefined;
  readonly [attribute: string]: unknown;
}

/** Makes an element. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(tag), properties, children);
}

/** Makes an element of SVG. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', tag), properties, children);
}

function filled<E extends HTMLElement | SVGElement>(
  element: E,
  properties: Properties,
  children: readonly Child[],
): E {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (name === 'on') {
      for (const [type, listener] of Object.entries(value as Record<string, EventListener>)) {
        element.addEventListener(type, listener);
      }
    } else if (name === 'data') {
      for (const [key, one] of Object.entries(value as Record<string, string | number>)) {
        element.dataset[key] = String(one);
      }
    } else if (name === 'style') {
      for (const [key, one] of Object.entries(value as Record<string, string>))
        element.style.setProperty(key, one);
    } else {
      const text = typeof value === 'string' ? value : value === true ? '' : JSON.stringify(value);
      element.setAttribute(name, showHidden(text));
    }
  }
  add(element, children);
  return element;
}

/** Adds children to an element. */
export function add(element: Element | DocumentFragment, children: readonly Child[]): void {
  for (const child of children) {
    if (child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : showHidden(String(child)));
  }
}

/** Puts other children into an element. */
export function fill(element: Element, ...children: readonly Child[]): void {
  element.replaceChildren();
  add(element, children);
}

/** A button that is no submit button. */
export function button(properties: Properties, ...children: readonly Child[]): HTMLButtonElement {
  return h('button', { type: 'button', ...properties }, ...children);
}

/** Reads aloud, by and by, what has changed. */
export function announce(text: string): void {
  const region = document.getElementById('announcements');
  if (region) region.textContent = text;
}
