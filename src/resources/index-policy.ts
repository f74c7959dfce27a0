import { MAX_INDEX_FIELDS } from '../cloudwatch/limits.js';

/** Fields that a log group indexes. Source: PutIndexPolicy, `policyDocument`. */
export interface IndexPolicy {
  readonly fields: readonly string[];
  /** Indexed as well, and counted by value in the console. */
  readonly facets: readonly string[];
}

/** Reads a policy document; members that it does not know are left out. @throws SyntaxError for text that is no JSON */
export function parseIndexPolicy(document: string): IndexPolicy {
  const parsed = JSON.parse(document) as { Fields?: unknown; FieldsV2?: unknown } | null;
  const plain = Array.isArray(parsed?.Fields) ? parsed.Fields.filter((name) => typeof name === 'string') : [];
  const typed = Object.entries((parsed?.FieldsV2 ?? {}) as Record<string, { type?: unknown } | null>);
  const facets = typed.filter(([, field]) => field?.type === 'FACET').map(([name]) => name);
  const indexed = typed.filter(([, field]) => field?.type !== 'FACET').map(([name]) => name);
  return { fields: [...plain, ...indexed], facets };
}

/** Writes a policy document. A name that is a facet is not named as a field too: the service refuses that. */
export function printIndexPolicy({ fields, facets }: IndexPolicy): string {
  const plain = fields.filter((name) => !facets.includes(name));
  if (facets.length === 0) return JSON.stringify({ Fields: plain });
  return JSON.stringify({
    ...(plain.length > 0 && { Fields: plain }),
    FieldsV2: Object.fromEntries(facets.map((name) => [name, { type: 'FACET' }])),
  });
}

/**
 * Puts policies together, the first ones' fields first, as many as one policy may have.
 * @returns with the fields that found no place, and whether the last policy adds anything to the others
 */
export function mergeIndexPolicies(policies: readonly IndexPolicy[]): {
  policy: IndexPolicy;
  leftOut: string[];
  addsToFirst: boolean;
} {
  const kinds = new Map<string, 'field' | 'facet'>();
  const leftOut: string[] = [];
  let addsToFirst = false;
  policies.forEach((policy, index) => {
    const add = (name: string, kind: 'field' | 'facet'): void => {
      const known = kinds.get(name);
      // A facet is an index with more to it.
      if (known === 'facet' || known === kind) return;
      if (known === undefined && kinds.size >= MAX_INDEX_FIELDS) {
        leftOut.push(name);
        return;
      }
      kinds.set(name, kind);
      if (index === policies.length - 1) addsToFirst = true;
    };
    for (const name of policy.facets) add(name, 'facet');
    for (const name of policy.fields) add(name, 'field');
  });
  const ofKind = (kind: 'field' | 'facet'): string[] =>
    [...kinds].filter(([, of]) => of === kind).map(([name]) => name);
  return { policy: { fields: ofKind('field'), facets: ofKind('facet') }, leftOut, addsToFirst };
}
