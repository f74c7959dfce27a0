/** Reads what the comments above the entries of tables say: of options, and of reasons of losses, for the docs. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/**
 * @returns by the name of a table (`EXPORTER_OPTIONS`), then of an option: its comment as one line, and the text
 *   of `@defaultValue` where it has one
 */
export function readOptionDocs() {
  return readDocs('src/options/option-tables.ts', /_OPTIONS$/);
}

/** @returns by reason what losing a record for it means */
export function readLossDocs() {
  return readDocs('src/observability/losses.ts', /^LOSSES$/).LOSSES;
}

/** @param names - of the constants that hold a table each */
function readDocs(path, names) {
  const file = fileURLToPath(new URL(`../${path}`, import.meta.url));
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const tables = {};
  for (const statement of source.statements.filter(ts.isVariableStatement)) {
    for (const { name, initializer } of statement.declarationList.declarations) {
      const table =
        initializer && ts.isSatisfiesExpression(initializer) ? initializer.expression : initializer;
      if (!table || !ts.isObjectLiteralExpression(table) || !names.test(name.text)) continue;
      tables[name.text] = Object.fromEntries(
        table.properties.map((property) => [property.name.text, docsOf(property, path)]),
      );
    }
  }
  return tables;
}

function docsOf(property, path) {
  const [comment] = ts.getJSDocCommentsAndTags(property);
  if (!comment) throw new Error(`${property.name.text} has no comment in ${path}`);
  const defaultValue = comment.tags?.find((tag) => tag.tagName.text === 'defaultValue');
  return { text: oneLine(comment.comment), defaultText: defaultValue && oneLine(defaultValue.comment) };
}

function oneLine(comment) {
  return ts.getTextOfJSDocComment(comment).replace(/\s+/g, ' ').trim();
}
