const LONGEST_TEMPLATE = 300;

/** What is the same in messages that one line of code wrote: all but numbers, ids and what is quoted. */
export function templateOf(text: string): string {
  return text
    .slice(0, LONGEST_TEMPLATE)
    .replace(/"[^"]{0,200}"|'[^']{0,200}'/g, '“…”')
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '#')
    .replace(/\b[0-9a-f][0-9a-f-]{6,}\b/gi, (word) => (/\d/.test(word) ? '#' : word))
    .replace(/\d+(?:[.,:]\d+)*/g, '#');
}
