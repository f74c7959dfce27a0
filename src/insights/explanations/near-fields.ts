import { nearestName } from '../../cloudwatch/nearest-name.js';

/** Where the layouts put attributes: a field is looked for there as well. */
const PLACES = ['attributes.', 'resource.', 'resource.attributes.'];

/**
 * The field among those that were discovered which somebody most likely means by a name that none has:
 * `orderId` for `order_id`, `attributes.order.id` for `orderid`.
 */
export function nearField(asked: string, discovered: Iterable<string>): string | undefined {
  const wanted = bare(asked);
  const known = [...discovered].filter((name) => !name.startsWith('@'));
  const alike =
    known.find((name) => bare(name) === wanted) ?? known.find((name) => bare(withoutPlace(name)) === wanted);
  if (alike !== undefined) return alike;
  // The last words of a path: `id` is too little to go by, `order.id` is not.
  const ending = known.find((name) => wanted.length >= 4 && endsInWords(name, wanted));
  if (ending !== undefined) return ending;
  const near = nearestName(
    wanted,
    known.map((name) => bare(withoutPlace(name))),
  );
  return near === undefined ? undefined : known.find((name) => bare(withoutPlace(name)) === near);
}

/** The names under which a look-up of a field looks for it. */
export function placesOf(field: string): string[] {
  return /^(?:@|attributes\.|resource\.)/.test(field)
    ? [field]
    : [field, ...PLACES.map((place) => place + field)];
}

function endsInWords(name: string, wanted: string): boolean {
  const words = name.split(/[._-]/);
  return words.some((_, index) => index > 0 && bare(words.slice(index).join('')) === wanted);
}

function withoutPlace(name: string): string {
  const place = PLACES.toReversed().find((one) => name.startsWith(one));
  return place === undefined ? name : name.slice(place.length);
}

/** Without what the spellings of one name differ in. */
function bare(name: string): string {
  return name.replace(/[._\s-]/g, '').toLowerCase();
}
