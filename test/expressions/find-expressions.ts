import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** A regular expression of the source, and where it stands. */
export interface FoundExpression {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** What the source's regular expressions are: those of constants, and those made of other things. */
export interface FoundExpressions {
  readonly literals: readonly FoundExpression[];
  /** `new RegExp(…)` and `RegExp(…)`. */
  readonly made: readonly FoundExpression[];
}

/** Finds every regular expression of a folder by TypeScript's own syntax tree. */
export function findExpressions(folder: string): FoundExpressions {
  const literals: FoundExpression[] = [];
  const made: FoundExpression[] = [];
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.[cm]?ts$/.test(file),
  );
  for (const file of files.sort()) {
    const source = ts.createSourceFile(
      file,
      readFileSync(join(folder, file), 'utf8'),
      ts.ScriptTarget.Latest,
      true,
    );
    const found = (node: ts.Node): FoundExpression => ({
      file,
      line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1,
      text: node.getText(),
    });
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) literals.push(found(node));
      if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === 'RegExp') {
        const text = textOfConstants(node.arguments?.[0], source);
        if (text === undefined || node.arguments!.length > 1) made.push(found(node));
        else literals.push({ ...found(node), text: `/${text}/` });
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return { literals, made };
}

/** The text of an argument that is put together of constant texts of its own file. */
function textOfConstants(argument: ts.Node | undefined, source: ts.SourceFile): string | undefined {
  if (argument === undefined || !ts.isTemplateExpression(argument)) return undefined;
  let text = argument.head.text;
  for (const { expression, literal } of argument.templateSpans) {
    const name = expression.getText();
    const constant = source.statements
      .filter(ts.isVariableStatement)
      .flatMap(({ declarationList }) => [...declarationList.declarations])
      .find((declaration) => declaration.name.getText() === name)?.initializer;
    if (constant === undefined || !ts.isStringLiteral(constant)) return undefined;
    text += constant.text + literal.text;
  }
  return text;
}
