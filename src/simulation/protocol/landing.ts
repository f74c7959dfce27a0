import { type Exchange } from './http-server.js';

/** What somebody who looks at the address of a service wants to know. */
export interface LandingFacts {
  readonly endpoint: string;
  readonly region: string;
  readonly accountId: string;
  /** Variables for clients. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Answers a GET on the address alone: what runs here, and how a client is told. */
export function answerLanding({ response }: Exchange, facts: LandingFacts): void {
  const bytes = Buffer.from(landingText(facts));
  response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': bytes.length });
  response.end(response.req.method === 'HEAD' ? undefined : bytes);
}

function landingText({ endpoint, region, accountId, environment }: LandingFacts): string {
  const variables = Object.entries(environment).map(([name, value]) => `  export ${name}=${value}`);
  return `This is a local Amazon CloudWatch Logs, for development and tests (opentelemetry-cloudwatch-logs).
Region ${region}, account ${accountId}. It answers AWS SDKs, the AWS CLI, and OTLP over HTTP (/v1/logs, /v1/traces).

For AWS SDKs, the AWS CLI and otel-cwlogs:
${variables.join('\n')}
  aws logs describe-log-groups
  otel-cwlogs query 'fields @timestamp, @message' -g '*'

An AWS CLI before 1.29 or 2.13 does not know AWS_ENDPOINT_URL:
  aws --endpoint-url ${endpoint} logs describe-log-groups

GET /health tells that it is well; faults, clock, reset and what is stored: /_control (docs/local-service.md).
`;
}
