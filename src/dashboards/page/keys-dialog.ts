import { button, h } from './dom.js';

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'search'],
  ['j  k', 'next, previous record'],
  ['n  p', 'next, previous error'],
  ['e', 'open or close the record'],
  ['[  ]', 'previous, next span'],
  ['+  −  0', 'zoom in, out, whole trace'],
  ['<  >', 'move the zoomed part'],
  ['Esc', 'take the last filter away'],
  ['c', 'copy …'],
  ['l', 'live'],
  ['g', 'log groups'],
  ['t', 'time range'],
  ['?', 'these keys'],
];

/** Shows all keys. */
export function keysDialog(): void {
  const dialog = h(
    'dialog',
    { class: 'dialog keys', 'aria-labelledby': 'keys-title' },
    h('h2', { id: 'keys-title' }, 'Keys'),
    h(
      'dl',
      {},
      ...KEYS.flatMap(([key, what]) => [
        h('dt', {}, ...key.split('  ').map((one) => h('kbd', {}, one))),
        h('dd', {}, what),
      ]),
    ),
    button({ class: 'primary', on: { click: () => dialog.close() } }, 'Close'),
  );
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
