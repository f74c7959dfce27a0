import { button, h } from './dom.js';

/** Pixels that stay free between a menu and the end of the window. */
const MENU_MARGIN = 16;

/** One line of a menu. */
export interface Choice {
  readonly label: string;
  /** Stands at the right. */
  readonly note?: string | undefined;
  readonly isChosen?: boolean | undefined;
  /** Goes there instead of choosing. */
  readonly href?: string | undefined;
  readonly choose?: (() => void) | undefined;
}

/** A button and the choices that it opens. */
export interface MenuOptions {
  readonly label: string;
  readonly title?: string | undefined;
  /** Something other than the default is chosen. */
  readonly isSet?: boolean | undefined;
  readonly choices: readonly Choice[];
}

/** Makes a menu: arrow keys go through its lines, Esc and a click elsewhere close it. */
export function menu({ label, title, isSet, choices }: MenuOptions): HTMLElement {
  const list = h('div', { class: 'menu-list', role: 'menu', 'aria-label': title ?? label });
  const opener = menuButton('menu', label, title, isSet);
  const items = choices.map((choice) => menuItem(choice, () => list.hidePopover()));
  list.append(...items);
  attachPopover(opener, list, () =>
    (items.find((_, index) => choices[index]!.isChosen) ?? items[0])?.focus(),
  );
  list.addEventListener('keydown', (event) => {
    const at = items.indexOf(document.activeElement as HTMLElement);
    const to =
      event.key === 'ArrowDown'
        ? (at + 1) % items.length
        : event.key === 'ArrowUp'
          ? (at - 1 + items.length) % items.length
          : event.key === 'Home'
            ? 0
            : event.key === 'End'
              ? items.length - 1
              : undefined;
    if (to === undefined) return;
    event.preventDefault();
    items[to]?.focus();
  });
  return h('span', { class: 'menu' }, opener, list);
}

/** The button that opens a menu or a dialog. */
export function menuButton(
  opens: 'menu' | 'dialog',
  label: string,
  title: string | undefined,
  isSet: boolean | undefined,
): HTMLButtonElement {
  return button(
    {
      class: `quiet menu-button${isSet ? ' is-set' : ''}`,
      'aria-haspopup': opens,
      'aria-expanded': 'false',
      title,
    },
    label,
    h('span', { class: 'arrow', 'aria-hidden': 'true' }, ' ▾'),
  );
}

function menuItem({ label, note, isChosen, href, choose }: Choice, close: () => void): HTMLElement {
  const parts = [
    h('span', { class: 'menu-mark', 'aria-hidden': 'true' }, isChosen ? '✓' : ''),
    h('span', { class: 'menu-label' }, label),
    h('span', { class: 'menu-note' }, note ?? ''),
  ];
  if (href !== undefined) {
    return h(
      'a',
      { class: 'menu-item', role: 'menuitem', href, target: '_blank', rel: 'noopener noreferrer' },
      ...parts,
    );
  }
  return button(
    {
      class: 'menu-item',
      role: isChosen === undefined ? 'menuitem' : 'menuitemcheckbox',
      'aria-checked': isChosen === undefined ? undefined : String(isChosen),
      on: {
        click: () => {
          close();
          choose?.();
        },
      },
    },
    ...parts,
  );
}

/** Opens an element beside a button; the browser closes it on Esc and on a click elsewhere. */
export function attachPopover(opener: HTMLButtonElement, box: HTMLElement, onOpen: () => void): void {
  box.setAttribute('popover', 'auto');
  opener.popoverTargetElement = box;
  box.addEventListener('beforetoggle', (event) => {
    opener.setAttribute('aria-expanded', String(event.newState === 'open'));
  });
  box.addEventListener('toggle', (event) => {
    if (event.newState !== 'open') return;
    placeBeside(opener, box);
    onOpen();
  });
}

/** Below its button, or above it where there is more room. */
function placeBeside(opener: HTMLElement, box: HTMLElement): void {
  const { left, top, bottom } = opener.getBoundingClientRect();
  const { width, height } = box.getBoundingClientRect();
  const below = innerHeight - bottom - MENU_MARGIN;
  const above = top - MENU_MARGIN;
  const isAbove = height > below && above > below;
  box.style.setProperty('left', `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`);
  box.style.setProperty('top', isAbove ? 'auto' : `${bottom + 4}px`);
  box.style.setProperty('bottom', isAbove ? `${innerHeight - top + 4}px` : 'auto');
  box.style.setProperty('max-height', `${Math.max(120, isAbove ? above : below)}px`);
}
