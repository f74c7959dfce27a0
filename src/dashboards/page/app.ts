import { type PageState, readPageState, START, writePageState } from '../model/page-state.js';
import { showHidden } from '../model/show-hidden.js';
import { AddressBar } from './address.js';
import { BASE_PATH } from './api.js';
import { fill, h } from './dom.js';
import { Header } from './header.js';
import { keysDialog } from './keys-dialog.js';
import { LookUpView } from './look-up-view.js';
import { StartView } from './start-view.js';
import { type Host, type View } from './view.js';

const TOAST_MILLIS = 2_500;

/** The page: its header, the view of its address, and the keys. */
export class App implements Host {
  readonly #address = new AddressBar();
  readonly #header: Header;
  readonly #main = document.querySelector('main')!;
  readonly #toast = h('div', { class: 'toast', role: 'status' });
  #state: PageState = START;
  #view: View | undefined;
  #toastTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#header = new Header(this);
    document.querySelector('header')!.replaceWith(this.#header.element);
    document.body.append(this.#toast);
    addEventListener('popstate', () => {
      this.#address.forget();
      this.#enter(this.#readAddress());
    });
    addEventListener('keydown', (event) => this.#onKey(event));
    this.#enter(this.#readAddress());
  }

  get state(): PageState {
    return this.#state;
  }

  go(state: PageState): void {
    this.#address.push(BASE_PATH + writePageState(state));
    this.#enter(state, true);
  }

  change(state: PageState): void {
    this.#address.replace(BASE_PATH + writePageState(state));
    this.#enter(state);
  }

  toast(text: string): void {
    clearTimeout(this.#toastTimer);
    fill(this.#toast, text);
    this.#toast.classList.add('is-shown');
    this.#toastTimer = setTimeout(() => this.#toast.classList.remove('is-shown'), TOAST_MILLIS);
  }

  async copy(text: string, what: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.toast(`Copied ${what}`);
    } catch {
      // Not allowed, or no secure context: the text to copy by hand.
      this.#showText(text, what);
    }
  }

  #enter(state: PageState, anew = false): void {
    this.#state = state;
    this.#header.update();
    if (anew || this.#view?.update(state) !== true) {
      this.#view?.destroy();
      this.#view =
        state.view === 'start' || state.view === 'live' ? new StartView(this) : new LookUpView(this);
      fill(this.#main, this.#view.element);
    }
    document.title = this.#view.title === '' ? 'Logs by trace' : showHidden(`${this.#view.title} · logs`);
  }

  #readAddress(): PageState {
    const path = location.pathname.startsWith(BASE_PATH)
      ? location.pathname.slice(BASE_PATH.length)
      : location.pathname;
    return readPageState(path, new URLSearchParams(location.search));
  }

  #onKey(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement;
    if (target.closest('input, textarea, select, [contenteditable], dialog, [popover]:popover-open')) {
      if (event.key === 'Escape' && target.matches('input')) target.blur();
      return;
    }
    if (this.#header.onKey(event.key) || this.#view?.onKey(event.key)) event.preventDefault();
    else if (event.key === '?') {
      keysDialog();
      event.preventDefault();
    } else if (event.key === 'c') {
      document.querySelector<HTMLElement>('.actions .menu .menu-button')?.click();
      event.preventDefault();
    }
  }

  #showText(text: string, what: string): void {
    const area = h('textarea', { readonly: true, rows: 12, 'aria-label': what });
    area.value = text;
    const dialog = h('dialog', { class: 'dialog' }, h('p', {}, `Copy ${what}:`), area);
    dialog.addEventListener('close', () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    area.select();
  }
}
