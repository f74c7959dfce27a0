import { type PageState } from '../model/page-state.js';

/** What a view may ask of the page around it. */
export interface Host {
  readonly state: PageState;
  /** Goes to another address. */
  go(state: PageState): void;
  /** Changes the address without leaving it, and tells the view. */
  change(state: PageState): void;
  /** Says shortly what was done. */
  toast(text: string): void;
  copy(text: string, what: string): Promise<void>;
}

/** One view of the page. */
export interface View {
  readonly element: HTMLElement;
  /** The title of the document. */
  readonly title: string;
  /** @returns false where the state needs another view */
  update(state: PageState): boolean;
  /** @returns whether the key was the view's */
  onKey(key: string): boolean;
  destroy(): void;
}
