/** The environment as OpenTelemetry's specification reads it: an empty value counts as unset. */
export type Environment = Readonly<Record<string, string | undefined>>;

export function stringOf(environment: Environment, name: string): string | undefined {
  const text = environment[name]?.trim();
  return text === undefined || text === '' ? undefined : text;
}

/** `true` in any case is true, everything else false, as the specification says. */
export function booleanOf(environment: Environment, name: string): boolean {
  return stringOf(environment, name)?.toLowerCase() === 'true';
}

export function listOf(environment: Environment, name: string): string[] | undefined {
  const items = stringOf(environment, name)
    ?.split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  return items?.length ? items : undefined;
}

/**
 * A number that is not negative; anything else is as if unset, and `complain` is told so.
 * @param complain - given one sentence that names the variable
 */
export function numberOf(
  environment: Environment,
  name: string,
  complain: (message: string) => void,
): number | undefined {
  const text = stringOf(environment, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  complain(`${name} must be a number of 0 or more; it is ${JSON.stringify(text)} and is ignored`);
  return undefined;
}
