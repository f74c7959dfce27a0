import { QuerySyntaxError } from './syntax-error.js';
import { type Command, type Expression, type Query, type SourceCommand } from './tree.js';
import { replace } from './scope.js';

/** Source: User Guide, stats (newest edition). */
const MAX_STATS = 10;

/**
 * Checks which commands a query has, and in which order.
 * @throws QuerySyntaxError at the command that may not stand where it stands
 */
export function checkOrder(query: Query, { isInner = false } = {}): void {
  if (query.source !== undefined) checkSource(query.source);
  const { commands } = query;
  const statsAt = commands.flatMap(({ kind }, index) => (kind === 'Stats' ? [index] : []));
  // The guide says so of several stats; queries with one are run with a sort or limit before it.
  const lastStats = statsAt.length > 1 ? statsAt.at(-1)! : -1;
  const seen = new Map<Command['kind'], number>();
  for (const [index, command] of commands.entries()) {
    const refuse = (reason: string): never => {
      throw new QuerySyntaxError(reason, command.span);
    };
    const { kind } = command;
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
    if (seen.has('Dedup') && kind !== 'Limit' && !(kind === 'Dedup' && seen.get('Dedup') === 1)) {
      refuse('only limit can follow dedup');
    }
    switch (kind) {
      case 'Stats':
        if (seen.get('Stats')! > MAX_STATS) refuse(`a query can have at most ${MAX_STATS} stats commands`);
        break;
      case 'Sort':
      case 'Limit':
        if (index < lastStats) refuse(`${kind.toLowerCase()} must come after the last stats command`);
        break;
      case 'Pattern':
        if (seen.has('Sort')) refuse('pattern can not come after sort');
        if (seen.get('Pattern')! > 1) refuse('a query can have one pattern command');
        break;
      case 'Diff':
        if (seen.get('Diff')! > 1) refuse('a query can have one diff command');
        if (!seen.has('Pattern')) {
          // Seen in an answer of the service.
          refuse('Diff compilation Failed : Diff operation has to be used after Pattern');
        }
        if (commands[index - 1]!.kind !== 'Pattern') refuse('diff must come right after pattern');
        if (commands.slice(0, index).some((earlier) => !mayPrecedeDiff(earlier))) {
          refuse('only fields, filter, parse and pattern can come before diff');
        }
        break;
      case 'Join':
        if (isInner) refuse('a subquery can not hold a join');
        if (seen.get('Join')! > 1) refuse('a query can have one join command');
        checkOrder(command.query, { isInner: true });
        break;
      case 'FilterIndex':
        if (seen.has('Stats') || seen.has('Pattern')) refuse('filterIndex can not come after stats');
        break;
      case 'Filter':
        checkSubqueries(command.condition, isInner);
        break;
      default:
    }
  }
}

function mayPrecedeDiff({ kind }: Command): boolean {
  return ['Fields', 'Display', 'Filter', 'FilterIndex', 'Parse', 'Pattern'].includes(kind);
}

function checkSubqueries(condition: Expression, isInner: boolean): void {
  replace(condition, (part) => {
    if (part.kind === 'InSubquery') {
      if (isInner) throw new QuerySyntaxError('subqueries can not be nested', part.span);
      checkOrder(part.query, { isInner: true });
    }
    return undefined;
  });
}

/** Limits of SOURCE. Source: User Guide, SOURCE. */
function checkSource({ selectors, span }: SourceCommand): void {
  const atMost = (count: number, most: number, what: string): void => {
    if (count > most) throw new QuerySyntaxError(`SOURCE takes at most ${most} ${what}`, span);
  };
  for (const selector of selectors) {
    switch (selector.kind) {
      case 'LogGroups':
        atMost(selector.namePrefixes.length, 5, 'name prefixes');
        atMost(selector.accountIdentifiers.length, 20, 'account identifiers');
        break;
      case 'DataSource':
        atMost(selector.names.length, 10, 'data sources');
        break;
      case 'LogGroupTags':
        atMost(selector.tags.length, 5, 'tag keys');
        for (const { values } of selector.tags) atMost(values.length, 5, 'values of a tag');
        break;
      case 'Names':
        atMost(selector.names.length, 50, 'log groups');
    }
  }
}
