/** The parts of the ARN of a function of AWS Lambda that callers need. */
export interface FunctionArn {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
}

/** Reads the ARN of a function of AWS Lambda, with or without a version or alias. @returns undefined for anything else */
export function parseFunctionArn(text: string): FunctionArn | undefined {
  const match = /^arn:([\w-]+):lambda:([\w-]+):(\d{12}):function:[\w-]+(?::[\w$-]+)?$/.exec(text);
  return match ? { partition: match[1]!, region: match[2]!, accountId: match[3]! } : undefined;
}
