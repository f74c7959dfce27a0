import { levelOf } from './level.js';
import { type LogRecord } from './records.js';
import { shownText } from './shown-text.js';
import { templateOf } from './template.js';

/** Records that say the same but for numbers, ids and quoted words. */
export interface AlikeGroup {
  readonly key: string;
  readonly records: readonly LogRecord[];
}

/** Groups records by service, level and template; groups stand in the order of their first records. */
export function alikeGroups(records: readonly LogRecord[]): AlikeGroup[] {
  const groups = new Map<string, LogRecord[]>();
  for (const record of records) {
    const kind = record.span ? 'span' : (levelOf(record) ?? '');
    const key = `${record.service ?? record.logGroup}\n${kind}\n${templateOf(shownText(record))}`;
    const list = groups.get(key);
    if (list) list.push(record);
    else groups.set(key, [record]);
  }
  return [...groups].map(([key, list]) => ({ key, records: list }));
}
