/** `1 record`, `2 records`, `12,345 records`. */
export function formatCount(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatNumber(count)} ${count === 1 ? singular : plural}`;
}

/** A whole number with its thousands apart. */
export function formatNumber(value: number): string {
  return value.toLocaleString('en-US');
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
  return unit === 0 && amount === 1 ? '1 byte' : `${threeDigits(amount)} ${units[unit]!}`;
}

/** US dollars, with as many digits as a small amount needs. */
export function formatUsd(amount: number): string {
  if (!(amount > 0)) return '$0';
  if (amount >= 1) return `$${amount.toFixed(2)}`;
  const digits = Math.min(12, 1 - Math.floor(Math.log10(amount)));
  return `$${amount.toFixed(digits).replace(/0{1,12}$/, '')}`;
}

/** A time span: `0 ms`, `0.25 ms`, `12 ms`, `1.24 s`, `3 min 05 s`, `2 h 10 min`, `3 d 4 h`. */
export function formatDuration(millis: number): string {
  const amount = Math.abs(millis);
  if (amount < 999.5) return `${threeDigits(amount)} ms`;
  if (amount < 59_995) return `${threeDigits(amount / 1000)} s`;
  const seconds = Math.round(amount / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${twoDigits(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 2 * 1440) return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`;
  return `${Math.floor(minutes / 1440)} d ${Math.round((minutes % 1440) / 60)} h`;
}

/** A time span with its sign: `+6 ms`, `−1.2 s`. */
export function formatOffset(millis: number): string {
  return `${millis < 0 ? '−' : '+'}${formatDuration(millis)}`;
}

/** The zone in which times are shown. */
export type Zone = 'utc' | 'local';

/** `2026-11-21 07:00:00.123`, without the zone. */
export function formatDateTime(millis: number, zone: Zone): string {
  return `${formatDate(millis, zone)} ${formatTime(millis, zone)}`;
}

/** `2026-11-21` */
export function formatDate(millis: number, zone: Zone): string {
  const date = validDate(millis);
  return zone === 'utc'
    ? date.toISOString().slice(0, 10)
    : `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`;
}

/** `07:00:00.123` */
export function formatTime(millis: number, zone: Zone): string {
  const date = validDate(millis);
  if (zone === 'utc') return date.toISOString().slice(11, 23);
  const millisText = String(date.getMilliseconds()).padStart(3, '0');
  return `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}:${twoDigits(date.getSeconds())}.${millisText}`;
}

/** What stands beside a time: `UTC`, or the local offset such as `UTC+02:00`. */
export function zoneName(millis: number, zone: Zone): string {
  if (zone === 'utc') return 'UTC';
  const offset = -validDate(millis).getTimezoneOffset();
  const amount = Math.abs(offset);
  return `UTC${offset < 0 ? '−' : '+'}${twoDigits(Math.floor(amount / 60))}:${twoDigits(amount % 60)}`;
}

function validDate(millis: number): Date {
  // A log may hold any number; dates end at 8.64e15.
  return new Date(Math.abs(millis) <= 8.64e15 ? millis : 0);
}

function threeDigits(amount: number): string {
  return String(Number(amount.toPrecision(3)));
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
