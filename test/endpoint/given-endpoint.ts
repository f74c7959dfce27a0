/**
 * The address of the service that integration tests and end-to-end tests run against; without one they start the local
 * service themselves.
 */
export function givenEndpoint(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  return given(environment.CLOUDWATCH_TEST_ENDPOINT);
}

/** The file that names what that service is known to do otherwise. */
export function givenDifferences(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  return given(environment.CLOUDWATCH_TEST_DIFFERENCES);
}

/** An empty variable counts as none. */
function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
