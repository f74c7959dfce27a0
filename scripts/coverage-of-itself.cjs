'use strict';
/*
 * Preloaded by the tests whose coverage is measured, which Node.js has begun by now: the processes that they start measure
 * nothing. Each would write some megabytes about the AWS SDK at its end.
 */
delete process.env.NODE_V8_COVERAGE;
