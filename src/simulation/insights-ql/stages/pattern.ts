import { type Evaluate } from '../execution/compile-expression.js';
import { Row } from '../execution/row.js';
import { holdingStage, type Stage, type StageFactory } from '../execution/stage.js';
import { differenceDescription } from '../undocumented.js';
import { toText, type Value } from '../values/value.js';
import { type MinedPattern, PatternMiner } from './pattern-miner.js';

export const PATTERN_COLUMNS = ['@pattern', '@ratio', '@sampleCount', '@severityLabel'] as const;

/** `pattern`: one row for each pattern of the texts. */
export function patternStage(input: Evaluate): StageFactory {
  return (next) => {
    const miner = new PatternMiner();
    return holdingStage(next, {
      push: (row) => {
        addTo(miner, 0, input(row));
      },
      *rows() {
        const patterns = miner.patterns();
        const total = patterns.reduce((sum, { count }) => sum + count, 0);
        for (const pattern of patterns) {
          yield rowOf({
            '@pattern': pattern.text,
            '@ratio': (pattern.count / total).toFixed(2),
            '@sampleCount': pattern.count,
            '@severityLabel': severityOf(pattern),
          });
        }
      },
      clear: () => undefined,
    });
  };
}

/** `diff`: the patterns with how their counts changed; `miner` already holds those of the earlier window. */
export function diffStage(input: Evaluate, miner: PatternMiner): StageFactory {
  return (next) =>
    holdingStage(next, {
      push: (row) => {
        addTo(miner, 0, input(row));
      },
      *rows() {
        for (const pattern of miner.patterns()) {
          yield rowOf({
            '@pattern': pattern.text,
            '@sampleCount': pattern.count,
            '@difference': pattern.count - pattern.earlierCount,
            '@differenceDescription': differenceDescription(pattern.count, pattern.earlierCount),
            '@severityLabel': severityOf(pattern),
          });
        }
      },
      clear: () => undefined,
    });
}

/** Where the rows of the earlier window of `diff` end. */
export function earlierSink(input: Evaluate, miner: PatternMiner): Stage {
  return {
    push: (row) => {
      addTo(miner, 1, input(row));
      return true;
    },
    finish: () => undefined,
  };
}

function addTo(miner: PatternMiner, side: 0 | 1, value: Value): void {
  const text = toText(value);
  if (text !== undefined) miner.add(text, side);
}

function rowOf(values: Readonly<Record<string, Value>>): Row {
  return new Row(undefined, undefined, new Map(Object.entries(values)));
}

/** Source: User Guide, pattern: the severity is read from the pattern's words. */
function severityOf({ text }: MinedPattern): string {
  if (/error/i.test(text)) return 'Error';
  return /warn/i.test(text) ? 'Warn' : 'Info';
}
