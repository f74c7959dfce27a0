/**
 * Positions in the order of their timestamps; equal timestamps stay in arrival order.
 *
 * Events mostly arrive in time order, so this is a natural merge sort: it finds the runs that are already
 * in order, and is linear when there are few.
 * @param timestamps - by position
 * @param positions - what to order; is used as working space
 */
export function sortByTime(timestamps: Float64Array, positions: Uint32Array): Uint32Array {
  const inOrder = (left: number, right: number): boolean => {
    const difference = timestamps[left]! - timestamps[right]!;
    return difference < 0 || (difference === 0 && left <= right);
  };
  let runs = runStarts(positions, inOrder);
  let from = positions;
  let to = runs.length > 1 ? new Uint32Array(positions.length) : positions;
  while (runs.length > 1) {
    const merged: number[] = [];
    for (let run = 0; run < runs.length; run += 2) {
      const start = runs[run]!;
      const middle = runs[run + 1] ?? positions.length;
      const end = runs[run + 2] ?? positions.length;
      merged.push(start);
      let left = start;
      let right = middle;
      for (let index = start; index < end; index++) {
        const takeLeft = left < middle && (right >= end || inOrder(from[left]!, from[right]!));
        to[index] = takeLeft ? from[left++]! : from[right++]!;
      }
    }
    runs = merged;
    [from, to] = [to, from];
  }
  return from;
}

function runStarts(positions: Uint32Array, inOrder: (left: number, right: number) => boolean): number[] {
  const starts = [0];
  for (let index = 1; index < positions.length; index++) {
    if (!inOrder(positions[index - 1]!, positions[index]!)) starts.push(index);
  }
  return starts;
}
