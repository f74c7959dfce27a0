/** List prices in us-east-1, in US dollars. Source: https://aws.amazon.com/cloudwatch/pricing/ */

/** For 10^9 billed bytes of log events in a group of the class STANDARD. */
export const USD_PER_INGESTED_GIGABYTE = 0.5;

/** For 10^9 bytes that a Logs Insights query scans. */
export const USD_PER_SCANNED_GIGABYTE = 0.005;

/** For a minute of one Live Tail session. */
export const USD_PER_LIVE_MINUTE = 0.01;

/** US dollars to ingest a million events of a group of the class STANDARD. @param bytes - billed bytes of one */
export function usdPerMillion(bytes: number): number {
  return (bytes / 1000) * USD_PER_INGESTED_GIGABYTE;
}
