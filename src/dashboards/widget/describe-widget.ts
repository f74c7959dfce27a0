/** What the console shows of the widget beside the editor of its parameters. Markdown. */
export const WIDGET_DESCRIPTION = `## Traces in CloudWatch Logs

Shows every log event of a trace over many log groups, with its spans as lanes; without an id the newest traces.
A click on a row shows the whole record.

Parameter | Description
---|---
**traceId** | A trace id in any form: W3C, X-Ray, a whole \`traceparent\` or \`X-Amzn-Trace-Id\`. Optional: the widget has a box to type into
**search** | The same, or a span id, a request id, or \`field=value\`
**logGroups** | Names, ARNs or prefixes with \`*\`, each within those that the function may search. Default: all of these

### Example parameters

\`\`\` yaml
traceId: 5b8efff798038103d269b633813fc60c
logGroups:
  - /apps/*
\`\`\`

The time range is the dashboard's. Look-ups run queries of Logs Insights, which are billed by the bytes that they scan.
Whoever looks at it needs \`lambda:InvokeFunction\` on this function, and nothing else.
`;
