import { type ReplayPlan, type ReplayProgress, type ReplayResult } from '../replay/index.js';
import { formatBytes, formatCount, formatUsd } from './format-amounts.js';
import { NARROW } from './render-event.js';

const BAR_COLUMNS = 20;

/**
 * `[#####---------------] 25 %, 1,000 of 4,000 events`, for a line on a terminal.
 * @param columns - that the line may take: few of them have no room for the bar
 */
export function replayProgressText({ position, events, lost }: ReplayProgress, columns: number): string {
  const part = events === 0 ? 1 : Math.min(1, position / events);
  const filled = Math.floor(part * BAR_COLUMNS);
  const bar = columns < NARROW ? '' : `[${'#'.repeat(filled)}${'-'.repeat(BAR_COLUMNS - filled)}] `;
  const losses = lost === 0 ? '' : `, ${lost.toLocaleString('en-US')} lost`;
  return `${bar}${Math.floor(part * 100)} %, ${position.toLocaleString('en-US')} of ${formatCount(events, 'event')}${losses}; Ctrl-C stops`;
}

/** What a replay will do, in a sentence. */
export function planText({ events, sendEvents, sendBytes, logGroupNames, isAws, usd }: ReplayPlan): string {
  const groups =
    logGroupNames.length === 0
      ? ''
      : ` to ${logGroupNames.slice(0, 3).join(', ')}${logGroupNames.length > 3 ? ` and ${logGroupNames.length - 3} more` : ''}`;
  const bill = isAws ? `; AWS bills the ingestion, ${formatUsd(usd)} in us-east-1, and the storage` : '';
  return `${formatCount(sendEvents, 'event')} of ${events.toLocaleString('en-US')}, ${formatBytes(sendBytes)},${groups}${bill}`;
}

/** What a replay did, in a sentence. */
export function resultText({ delivered, leftOut, lost, lostByReason }: ReplayResult): string {
  const reasons = Object.entries(lostByReason).map(([reason, count]) => `${reason} ${count}`);
  return [
    `${formatCount(delivered, 'event')} delivered`,
    ...(leftOut > 0 ? [`${leftOut} left out`] : []),
    ...(lost > 0 ? [`${lost} lost (${reasons.join(', ')})`] : []),
  ].join(', ');
}
