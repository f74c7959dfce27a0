/** Those whose trace contexts are known, and `request`: the headers of the HTTP request that is being answered. */
export const TRACE_CONTEXT_SOURCES = ['xray', 'sentry', 'datadog', 'newrelic', 'elastic', 'request'] as const;
