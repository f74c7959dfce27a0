/** `1 event`, `2 events`. */
export function formatCount(count: number, singular: string, plural = `${singular}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? singular : plural}`;
}

/** Bytes in decimal units, as AWS bills them. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let amount = bytes;
  let unit = 0;
  while (amount >= 999.5 && unit < units.length - 1) {
    amount /= 1000;
    unit++;
  }
  return unit === 0 && amount === 1 ? '1 byte' : `${roundTo3(amount)} ${units[unit]!}`;
}

/** A time span: `0 ms`, `12 ms`, `1.24 s`, `3 min 05 s`, `2 h 10 min`. */
export function formatDelta(millis: number): string {
  const amount = Math.max(0, millis);
  if (amount < 999.5) return `${roundTo3(amount)} ms`;
  if (amount < 59_995) return `${roundTo3(amount / 1000)} s`;
  const seconds = Math.round(amount / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** US dollars, with as many digits as a small amount needs. */
export function formatUsd(amount: number): string {
  if (amount === 0) return '$0';
  if (amount < 0.0001) return 'less than $0.0001';
  return `about $${amount < 1 ? Number(amount.toPrecision(2)) : amount.toFixed(2)}`;
}

function roundTo3(amount: number): string {
  return String(Number(amount.toPrecision(3)));
}
