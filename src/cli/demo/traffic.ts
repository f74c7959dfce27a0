/** One request of the demo and how it ended. */
export interface Visit {
  readonly item: string;
  readonly status: number;
}

/** What visitors ask for, again and again; two of the five fail. */
const VISITS = [
  { item: 'book', quantity: 1 },
  { item: 'lamp', quantity: 2 },
  { item: 'chair', quantity: 1 },
  { item: 'book', quantity: 3 },
  { item: 'lamp', quantity: 3 },
];

/**
 * Sends checkouts to the gateway, some at a time.
 * @param gateway - its address
 * @param count - requests in all
 * @param onVisit - told of each as it ends
 */
export async function sendTraffic(
  gateway: string,
  count: number,
  onVisit: (visit: Visit) => void,
): Promise<void> {
  const PARALLEL = 4;
  let next = 0;
  async function visitor(): Promise<void> {
    while (next < count) {
      const { item, quantity } = VISITS[next++ % VISITS.length]!;
      const answer = await fetch(`${gateway}/checkout?item=${item}&quantity=${quantity}`, {
        signal: AbortSignal.timeout(10_000),
      });
      await answer.text();
      onVisit({ item, status: answer.status });
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, visitor));
}
