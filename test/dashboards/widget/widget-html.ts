/** Elements and attributes that a widget is made of: all that the console lets through, and no more. */
const TAGS = new Set(
  'style div form input a p strong span table thead tbody tr th td pre h4 svg g title text rect line circle cwdb-action'.split(
    ' ',
  ),
);
const ATTRIBUTES = new Set(
  (
    'class name size value placeholder href target rel title scope aria-label role action display event endpoint ' +
    'xmlns width height viewBox font-family font-size x y x1 x2 y1 y2 cx cy r rx fill fill-opacity stroke stroke-opacity stroke-dasharray'
  ).split(' '),
);
const TAG = /<(\/?)([a-z][a-z0-9-]*)((?:\s+[\w-]+="[^"<>]*")*)\s*\/?>/gi;

/** What in a widget's HTML is neither text nor one of its elements. None where no value became markup. */
export function foreignMarkup(html: string): string[] {
  const foreign: string[] = [];
  const rest = html.replace(TAG, (tag, _slash: string, name: string, attributes: string) => {
    if (!TAGS.has(name)) foreign.push(tag);
    for (const [, attribute, value] of attributes.matchAll(/([\w-]+)="([^"]*)"/g)) {
      if (!ATTRIBUTES.has(attribute!)) foreign.push(`${attribute} in ${tag}`);
      if (attribute === 'href' && !value!.startsWith('https://')) foreign.push(tag);
    }
    return '';
  });
  if (/[<>]/.test(rest)) foreign.push(rest.slice(Math.max(0, rest.search(/[<>]/) - 40)).slice(0, 120));
  // eslint-disable-next-line no-control-regex
  const hidden = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f]|\p{Bidi_Control}/u.exec(html);
  if (hidden) foreign.push(`a hidden character: ${JSON.stringify(hidden[0])}`);
  return foreign;
}

/** The text of HTML, its entities read. */
export function textOf(html: string): string {
  const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'", '#96': '`' };
  return html
    .replace(/<[^>]*>/g, '\n')
    .replace(/&([a-z]+|#\d+);/g, (whole, name: string) => entities[name] ?? whole);
}

/** The bodies of `cwdb-action` elements of a kind. */
export function actions(html: string, action: 'call' | 'html'): string[] {
  const found = html.matchAll(/<cwdb-action action="(\w+)"[^>]*>([^]*?)<\/cwdb-action>/g);
  return [...found].filter(([, kind]) => kind === action).map(([, , body]) => body!);
}
