/**
 * A covering selection of cells: every pair of values that can go together is in one of them at least. Of all that are
 * possible, the one with the most pairs that are still missing comes next, of several the one whose values were chosen least;
 * the same for the same dimensions.
 *
 * @param {Record<string, string[]>} dimensions - the values of each, by its name
 * @param {(cell: Record<string, string>) => boolean} isPossible - whether a cell's values can go together
 * @returns {Record<string, string>[]}
 */
export function coveringCells(dimensions, isPossible) {
  const names = Object.keys(dimensions);
  const possible = names
    .reduce(
      (cells, name) => cells.flatMap((cell) => dimensions[name].map((value) => ({ ...cell, [name]: value }))),
      [{}],
    )
    .filter(isPossible);
  const pairsOf = (cell) =>
    names.flatMap((one, index) =>
      names.slice(index + 1).map((other) => `${one}=${cell[one]} ${other}=${cell[other]}`),
    );
  const missing = new Set(possible.flatMap(pairsOf));
  const chosen = [];
  const timesChosen = (cell) =>
    chosen.reduce((sum, other) => sum + names.filter((name) => other[name] === cell[name]).length, 0);
  while (missing.size > 0) {
    let best;
    let most = 0;
    let least = 0;
    for (const cell of possible) {
      const count = pairsOf(cell).filter((pair) => missing.has(pair)).length;
      const times = timesChosen(cell);
      if (count > most || (count === most && times < least)) [best, most, least] = [cell, count, times];
    }
    for (const pair of pairsOf(best)) missing.delete(pair);
    chosen.push(best);
  }
  return chosen;
}
