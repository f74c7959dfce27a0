import { type LogGroupClassName } from '../cloudwatch/limits.js';

/** What may be created: group and stream, the stream alone, nothing. */
export type Provision = 'all' | 'stream' | 'none';

/** How missing log groups and streams come to be. */
export interface ProvisioningSettings {
  /** Default `all`. */
  readonly provision: Provision;
  /** Days that groups made here keep their events; without it, for ever. */
  readonly retentionInDays?: number | undefined;
  readonly logGroupClass?: LogGroupClassName | undefined;
  readonly kmsKeyId?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Fields that groups made here index. Default `trace_id`, `span_id`. */
  readonly indexFields?: readonly string[] | undefined;
  /** Fields that are indexed as facets (value counts in the console). Default none. */
  readonly facetFields?: readonly string[] | undefined;
}
