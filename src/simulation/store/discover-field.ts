/**
 * The value of a discovered JSON field of a message, by its dotted name.
 * @returns undefined where the message is no JSON object, or has no scalar of that name
 */
export function discoverJsonField(message: string, field: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(message);
  } catch {
    return undefined;
  }
  return scalarText(walk(value, field));
}

/** A key may itself hold dots, so every way to read the name is tried. */
function walk(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const members = value as Record<string, unknown>;
  if (Object.hasOwn(members, name)) return members[name];
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    const key = name.slice(0, dot);
    if (!Object.hasOwn(members, key)) continue;
    const found = walk(members[key], name.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

function scalarText(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return String(value);
    case 'boolean':
      return value ? '1' : '0';
    default:
      return undefined;
  }
}
