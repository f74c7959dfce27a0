import { type Diagnostics } from './diagnostics.js';
import { isWanted, type LossReason } from './losses.js';

/** Makes what {@link Losses} tells of each loss: a warning, but of what is dropped by wish. */
export function warnOfLosses(
  diagnostics: Diagnostics,
): (reason: LossReason, count: number, detail?: string) => void {
  return (reason, count, detail) => {
    if (isWanted(reason)) return;
    const records = count === 1 ? '1 log record' : `${count} log records`;
    diagnostics.warn(`loss ${reason}`, `${records} lost (${reason})${detail ? `: ${detail}` : ''}`);
  };
}
