export { type TailCheckpoint } from './checkpoint.js';
export { type LogTail, tailLogs } from './tail-logs.js';
export {
  type TailEventItem,
  type TailFallbackItem,
  type TailGapItem,
  type TailItem,
  type TailLagItem,
  type TailLeftOutItem,
  type TailMissingItem,
  type TailSampledItem,
  type TailSessionItem,
} from './tail-item.js';
export { type TailOptions } from './tail-options.js';
export { type TailStatus } from './tail-status.js';
