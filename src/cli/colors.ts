/** How text is coloured: plainly not at all. */
export interface Colors {
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly green: (text: string) => string;
  readonly cyan: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
}

/** Colours by ANSI sequences, or none. */
export function createColors(isOn: boolean): Colors {
  const paint =
    (open: number, close: number) =>
    (text: string): string =>
      isOn && text !== '' ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return {
    red: paint(31, 39),
    yellow: paint(33, 39),
    green: paint(32, 39),
    cyan: paint(36, 39),
    bold: paint(1, 22),
    dim: paint(2, 22),
  };
}

/**
 * Whether to colour what goes to a stream: only a terminal, and neither with NO_COLOR (no-color.org) nor on
 * a dumb one. FORCE_COLOR other than 0 colours in any case but `--no-color`.
 */
export function wantsColor(
  stream: { readonly isTTY?: boolean | undefined },
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  if (environment.NO_COLOR !== undefined && environment.NO_COLOR !== '') return false;
  if (environment.FORCE_COLOR !== undefined) return environment.FORCE_COLOR !== '0';
  return stream.isTTY === true && environment.TERM !== 'dumb';
}
