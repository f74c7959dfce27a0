import { expect } from 'chai';

/** CPU milliseconds that one run may take. What is linear takes a hundredth of it at the largest sizes. */
const MAX_CPU_MILLIS = 2000;

/**
 * Runs something with growing inputs, and fails as soon as one of them takes long: at first the sizes grow slowly,
 * so that what grows exponentially is found out while it still ends.
 * @param largest - a size with which linear work takes milliseconds
 * @param prepare - makes an input of a size; what it returns is measured
 */
export async function expectLinear(largest: number, prepare: (size: number) => () => unknown): Promise<void> {
  for (const size of sizesUpTo(largest)) {
    const run = prepare(size);
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000, `CPU milliseconds at size ${size}`).to.be.below(MAX_CPU_MILLIS);
  }
}

function sizesUpTo(largest: number): number[] {
  const sizes: number[] = [];
  for (let size = 8; size < largest; size = Math.ceil(size * (size < 100 ? 1.2 : 3))) sizes.push(size);
  return [...sizes, largest];
}
