import { OPERATORS, textOperand, type Condition, type Operand, type Operator } from './condition.js';
import { parsePatternRegex } from './pattern-regex.js';
import { type PatternScanner } from './pattern-scanner.js';
import { parseQuotedText } from './quoted-text.js';

/**
 * Condition : Operator ( Quoted | Regex | bare text )
 *
 * @param bare - matches a bare value here (sticky)
 * @returns undefined where no operator stands
 */
export function parseCondition(scanner: PatternScanner, bare: RegExp): Condition | undefined {
  scanner.skipBlanks();
  const start = scanner.at;
  const operator = OPERATORS.find((candidate) => scanner.take(candidate));
  if (operator === undefined) return undefined;
  if (operator === '=' && scanner.next === '=')
    scanner.fail("The operator '==' is not supported: use '='", start);
  scanner.skipBlanks();
  const operandStart = scanner.at;
  const operand = parseOperand(scanner, bare);
  checkOperand(scanner, operator, operand, { start, operandStart });
  return { operator, operand };
}

function parseOperand(scanner: PatternScanner, bare: RegExp): Operand {
  if (scanner.next === '"') return textOperand(parseQuotedText(scanner), true);
  if (scanner.next === '%') return parsePatternRegex(scanner);
  const text = scanner.takeMatch(bare);
  return text === '' ? scanner.fail('A value is missing') : textOperand(text, false);
}

function checkOperand(
  scanner: PatternScanner,
  operator: Operator,
  operand: Operand,
  { start, operandStart }: { readonly start: number; readonly operandStart: number },
): void {
  if (operator === '=' || operator === '!=') return;
  if (operand.kind === 'Text' && operand.number !== undefined) return;
  const reason = `The operator '${operator}' needs a number`;
  // Recorded: a text in quotation marks is shown with them.
  if (operand.kind === 'Text' && operand.isQuoted) {
    scanner.failInToken(reason, operandStart, scanner.at, start);
  }
  scanner.fail(reason, start);
}
