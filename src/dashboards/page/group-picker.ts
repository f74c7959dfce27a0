import { ApiError, getJson } from './api.js';
import { button, fill, h } from './dom.js';
import { attachPopover, menuButton } from './menu.js';

interface Groups {
  readonly selectors: readonly string[];
  readonly logGroups: readonly { readonly name: string; readonly class?: string }[];
  readonly leftOut: readonly { readonly logGroup: string; readonly detail: string }[];
}

const MOST_SHOWN = 200;

/** Picks log groups by name, or all that begin alike by a prefix. */
export function groupPicker(
  chosen: readonly string[],
  onPick: (groups: readonly string[]) => void,
): HTMLElement {
  let groups: Groups | undefined;
  const picked = new Set(chosen);
  const list = h('div', { class: 'group-list' });
  const input = h('input', {
    type: 'search',
    placeholder: 'name, or a prefix such as /apps/*',
    'aria-label': 'Log group or prefix',
    autocomplete: 'off',
    spellcheck: 'false',
    on: {
      input: () => {
        draw();
      },
      keydown: (event: KeyboardEvent) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        const text = input.value.trim();
        if (text !== '' && (text.endsWith('*') || groups?.logGroups.some(({ name }) => name === text))) {
          picked.add(text);
          input.value = '';
          draw();
        } else if (text === '') apply();
      },
    },
  });
  const box = h('div', { class: 'menu-list group-picker', role: 'dialog', 'aria-label': 'Log groups' });
  const opener = menuButton(
    'dialog',
    chosen.length === 0 ? 'all groups' : chosen.length === 1 ? chosen[0]! : `${chosen.length} groups`,
    'Log groups (g)',
    chosen.length > 0,
  );
  const apply = (): void => {
    box.hidePopover();
    onPick([...picked]);
  };
  const draw = (): void => {
    const text = input.value.trim().toLowerCase();
    const needle = text.replace(/\*$/, '');
    const names = groups?.logGroups.map(({ name }) => name) ?? [];
    const matching = names.filter((name) =>
      text.endsWith('*') ? name.toLowerCase().startsWith(needle) : name.toLowerCase().includes(needle),
    );
    const prefixes = [...picked].filter((one) => !names.includes(one));
    const shown = [...prefixes, ...matching].slice(0, MOST_SHOWN);
    fill(
      list,
      ...shown.map((name) =>
        h(
          'label',
          { class: 'group-choice' },
          h('input', {
            type: 'checkbox',
            checked: picked.has(name),
            on: {
              change: (event: Event) => {
                if ((event.target as HTMLInputElement).checked) picked.add(name);
                else picked.delete(name);
              },
            },
          }),
          h('span', {}, name),
        ),
      ),
      matching.length > MOST_SHOWN &&
        h('p', { class: 'dim' }, `${matching.length - MOST_SHOWN} more; type a part of the name`),
      groups &&
        shown.length === 0 &&
        h(
          'p',
          { class: 'dim' },
          text.endsWith('*') ? 'Enter adds the prefix' : 'No log group has that in its name.',
        ),
      ...(groups?.leftOut ?? []).map(({ logGroup, detail }) =>
        h('p', { class: 'warning-text' }, `${logGroup}: ${detail}`),
      ),
    );
  };
  const load = async (): Promise<void> => {
    input.focus();
    if (groups) return;
    fill(list, h('p', { class: 'dim' }, 'asking for the log groups'));
    try {
      groups = await getJson<Groups>('/api/groups', AbortSignal.timeout(30_000));
      draw();
    } catch (error) {
      fill(list, h('p', { class: 'error-text' }, error instanceof ApiError ? error.message : String(error)));
    }
  };
  box.append(
    input,
    list,
    h(
      'div',
      { class: 'picker-buttons' },
      button({ class: 'primary', on: { click: apply } }, 'Search these'),
      button(
        {
          on: {
            click: () => {
              picked.clear();
              apply();
            },
          },
        },
        'All',
      ),
    ),
  );
  attachPopover(opener, box, () => void load());
  const wrapper = h('span', { class: 'menu groups' }, opener, box);
  return wrapper;
}
