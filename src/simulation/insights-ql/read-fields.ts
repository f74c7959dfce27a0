import { fieldName, type Command, type FieldReference } from './tree.js';

/** Commands that read the fields that stand in them, and no others. */
const READS_WHAT_IT_NAMES = new Set<Command['kind']>(['Fields', 'Filter', 'FilterIndex', 'Parse']);

/**
 * Says which fields made by a command may be read behind it: what nobody reads need not be made. Behind a `stats` only
 * its columns exist.
 * @param commands - those behind it, in the order in which they work
 */
export function fieldsRead(commands: readonly Command[]): (name: string) => boolean {
  const end = commands.findIndex(({ kind }) => !READS_WHAT_IT_NAMES.has(kind));
  if (commands[end]?.kind !== 'Stats') return () => true;
  const read = new Set<string>();
  collectFields(commands.slice(0, end + 1), read);
  // Some functions read a field of the system that they don't name.
  return (name) => name.startsWith('@') || read.has(name);
}

/** Adds the name of each field in a part of a query, and those that it has with fewer steps. */
function collectFields(part: unknown, names: Set<string>): void {
  if (typeof part !== 'object' || part === null) return;
  if (isField(part)) {
    for (let taken = 1; taken <= part.steps.length; taken++) {
      names.add(fieldName({ ...part, steps: part.steps.slice(0, taken) }));
    }
  } else {
    for (const inner of Object.values(part)) collectFields(inner, names);
  }
}

function isField(part: object): part is FieldReference {
  return 'kind' in part && part.kind === 'Field';
}
