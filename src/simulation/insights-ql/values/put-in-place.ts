/** A list whose items can be put in other places. */
interface Places<Item> {
  [place: number]: Item;
  readonly length: number;
}

/** Rounds for each halving of the list: more are needed only where its order is made to be slow. */
const ROUNDS_PER_HALVING = 4;

/**
 * Puts the item in its place that sorting all would put there: before it stand those that are not behind it in the
 * order, after it the others. Takes time in proportion to the list's length where sorting takes more.
 * @param order - below 0 where the first comes before the second
 * @returns false for a list whose order was made to be slow: it has to be sorted
 */
export function putInPlace<Item>(
  list: Places<Item>,
  place: number,
  order: (left: Item, right: Item) => number,
): boolean {
  let first = 0;
  let last = list.length - 1;
  let rounds = ROUNDS_PER_HALVING * Math.ceil(Math.log2(list.length + 2));
  while (first < last) {
    if (rounds-- === 0) return false;
    const pivot = middleOf(list[first]!, list[(first + last) >> 1]!, list[last]!, order);
    let low = first;
    let high = last;
    while (low <= high) {
      while (order(list[low]!, pivot) < 0) low++;
      while (order(pivot, list[high]!) < 0) high--;
      if (low > high) break;
      const item = list[low]!;
      list[low++] = list[high]!;
      list[high--] = item;
    }
    if (place <= high) last = high;
    else if (place >= low) first = low;
    else return true;
  }
  return true;
}

function middleOf<Item>(a: Item, b: Item, c: Item, order: (left: Item, right: Item) => number): Item {
  if (order(a, b) < 0) return order(b, c) < 0 ? b : order(a, c) < 0 ? c : a;
  return order(a, c) < 0 ? a : order(b, c) < 0 ? c : b;
}
