import { createLookupHandler } from 'opentelemetry-cloudwatch-logs/dashboards';
import { CorrelationEngine } from 'opentelemetry-cloudwatch-logs/insights';

/**
 * A handler of a Lambda function URL. Its role needs `logs:StartQuery`, `logs:GetQueryResults`, `logs:StopQuery`,
 * `logs:FilterLogEvents`, `logs:DescribeLogGroups` and `logs:DescribeFieldIndexes`.
 */
export function lambdaHandler(engine = new CorrelationEngine({ logGroups: ['/apps/*'] })) {
  const look = createLookupHandler({
    engine,
    // The URL has the auth type AWS_IAM: what arrives here was signed by somebody who may invoke it.
    authorize: () => true,
    // An answer is one piece of 6 MB at the most, and must be there before the function's own timeout of 30 s.
    maxMessageBytes: 2_000_000,
    timeoutMillis: 25_000,
    live: false,
  });
  return async ({ requestContext, rawPath, rawQueryString, headers }) => {
    const url = new URL(`https://${requestContext.domainName}${rawPath}?${rawQueryString}`);
    const request = new Request(url, { method: requestContext.http.method, headers });
    const response = await look(request, { address: requestContext.http.sourceIp });
    return {
      statusCode: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    };
  };
}

let first;

/** What Lambda calls. */
export const handler = (event) => (first ??= lambdaHandler())(event);
