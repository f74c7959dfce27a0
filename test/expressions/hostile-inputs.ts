/** One place of an expression: what it takes, and the group that it stands in. */
interface Atom {
  readonly sample: string;
  /** Another character that it takes, where there is one. */
  readonly other: string;
}

/** A text that is repeated, with what stands before and behind it. */
export interface HostileInput {
  readonly before: string;
  readonly repeated: string;
  readonly behind: string;
}

/** Characters to find members of a class by; the first that match are taken. */
const CANDIDATES = [
  ...Array.from('a1 -A.:/"_\n\t,=@Z0{[(%\'#x`\\|;?+*'),
  '\u0000',
  '\u0085',
  '\u200b',
  'é',
  '\ud800',
  '漢',
  '\u{e0001}',
];

/**
 * Inputs on which an expression takes longest, if it is one that takes long: each of its parts, each two that
 * stand together, and runs of them, repeated behind what leads there, and ending in what does not match.
 */
export function hostileInputs(source: string, flags: string): HostileInput[] {
  const atoms = atomsOf(source, flags);
  let prefix = '';
  const inputs = new Map<string, HostileInput>();
  const add = (before: string, repeated: string): void => {
    if (repeated === '') return;
    for (const behind of ['', '\u0001', '\n!']) {
      inputs.set(JSON.stringify([before, repeated, behind]), { before, repeated, behind });
    }
  };
  const whole = atoms.map(({ sample }) => sample).join('');
  atoms.forEach(({ sample, other }, index) => {
    const next = atoms[index + 1];
    const run = whole.slice(prefix.length, prefix.length + 12);
    for (const before of new Set(['', prefix])) {
      add(before, sample);
      add(before, other);
      if (next) add(before, sample + next.sample);
      add(before, run);
    }
    prefix += sample;
  });
  // Beginnings without an end.
  for (let length = 1; length <= Math.min(whole.length, 24); length++) add('', whole.slice(0, length));
  // What escapes a quote, or ends a line that a comment begins: any two of its characters.
  const characters = [...new Set(atoms.flatMap(({ sample, other }) => [sample.slice(0, 1), other]))];
  for (const first of characters.slice(0, 8))
    for (const second of characters.slice(0, 8)) add('', first + second);
  return [...inputs.values()];
}

/** The places of an expression in their order, whatever groups and alternatives they stand in. */
function atomsOf(source: string, flags: string): Atom[] {
  const tokens =
    /\\u\{[\da-f]+\}|\\u[\da-f]{4}|\\x[\da-f]{2}|\\p\{[^}]+\}|\\P\{[^}]+\}|\\k<\w+>|\\[^]|\[(?:\\[^]|[^\]\\])*\]|\(\?(?:<?[=!]|:|<\w+>)|[()|^$]|[*+?]\??|\{\d+(?:,\d*)?\}\??|[^]/giu;
  const atoms: Atom[] = [];
  for (const [token] of source.matchAll(tokens)) {
    if (/^(?:\(.*|[)|^$]|[*+?]\??|\{\d.*|\\[bB])$/s.test(token) && token !== '\\{') {
      repeatLast(atoms, token);
      continue;
    }
    if (/^\\(?:\d|k<)/.test(token)) continue;
    const [sample, other] = membersOf(token, flags);
    if (sample !== undefined) atoms.push({ sample, other: other ?? '' });
  }
  return atoms;
}

/** `\d{8}` leads on only behind eight digits. */
function repeatLast(atoms: Atom[], token: string): void {
  const count = Number(/^\{(\d+)/.exec(token)?.[1] ?? 1);
  const last = atoms.at(-1);
  if (last && count > 1) atoms[atoms.length - 1] = { ...last, sample: last.sample.repeat(count) };
}

function membersOf(token: string, flags: string): string[] {
  const isUnicode = /[uv]/.test(flags);
  const one = new RegExp(
    `^(?:${token})$`,
    `${flags.includes('i') ? 'i' : ''}${flags.includes('s') ? 's' : ''}${isUnicode ? 'u' : ''}`,
  );
  const found = CANDIDATES.filter((candidate) => one.test(candidate));
  if (found.length > 0) return found.slice(0, 2);
  // A character that no list has: it stands in the expression itself.
  const literal = Array.from(token).filter((character) => one.test(character));
  return literal.slice(0, 2);
}
