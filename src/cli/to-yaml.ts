/** Data of JSON as YAML for people: blocks of maps and lists, texts in JSON's quotes, which YAML reads too. */
export function toYaml(value: unknown): string {
  return `${block(value, 0).join('\n')}\n`;
}

function block(value: unknown, depth: number): string[] {
  const indent = '  '.repeat(depth);
  if (Array.isArray(value) && value.length > 0) {
    return value.flatMap((item) => {
      const [first = '', ...rest] = block(item, depth + 1);
      return [`${indent}- ${first.trimStart()}`, ...rest];
    });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0) {
    return Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .flatMap(([key, member]) => {
        const name = `${indent}${/^[A-Za-z]\w*$/.test(key) ? key : JSON.stringify(key)}:`;
        return isBlock(member) ? [name, ...block(member, depth + 1)] : [`${name} ${JSON.stringify(member)}`];
      });
  }
  return [`${indent}${JSON.stringify(value)}`];
}

function isBlock(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.keys(value).length > 0;
}
