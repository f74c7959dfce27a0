/** A test, by its file under `test/` and its title, or the fixed part of one that is made from a table. */
type TestName = readonly [file: string, title: string];

/**
 * What users of other writers to CloudWatch Logs and of OpenTelemetry's exporters complain of, and the tests
 * that show that it can't happen here.
 */
export interface Complaint {
  readonly complaint: string;
  /** Issues and pull requests at GitHub. */
  readonly seen: readonly string[];
  readonly tests: readonly TestName[];
}

const HERE = 'peers/peers.test.ts';
const DISPATCHER = 'delivery/dispatcher.test.ts';
const INTEGRATION = 'delivery/delivery.integration.test.ts';
const ERRORS = 'delivery/error-table.test.ts';
const PROCESSOR = 'exporter/queueing-processor.test.ts';
const REGISTER = 'register/register.process.test.ts';
const EXIT = 'register/exit.process.test.ts';
const LAMBDA = 'lambda/lambda.process.test.ts';
const PROVISIONER = 'resources/ensure-log-group.test.ts';
const SENDER = 'delivery/sender.test.ts';

export const COMPLAINTS: readonly Complaint[] = [
  {
    complaint: 'a flush during an active request drops events',
    seen: ['winston-cloudwatch#117'],
    tests: [
      [PROCESSOR, 'flushes everything emitted before, also while another flush runs'],
      [DISPATCHER, 'waits for what is in flight and for the last steps of provisioning'],
    ],
  },
  {
    complaint: 'the last records of an invocation, or all but one transport, are lost',
    seen: ['winston-cloudwatch#152', '#177', '#194', '#127', 'opentelemetry-lambda#2537'],
    tests: [
      [LAMBDA, 'has delivered all records when it answers, once each'],
      [LAMBDA, 'loses and doubles nothing when its connections are gone after a thaw'],
      [LAMBDA, 'delivers what is left on SIGTERM, which it gets where an extension is registered'],
      [HERE, 'two processors of one provider both flush'],
    ],
  },
  {
    complaint: 'a record shows up only when the next one is sent',
    seen: ['winston-cloudwatch#213', 'winston-aws-cloudwatch#90', 'pino-cloudwatch#41'],
    tests: [
      [HERE, 'a single record arrives though no other follows'],
      [LAMBDA, 'has delivered all records when it answers, once each'],
    ],
  },
  {
    complaint: 'there is no flush',
    seen: ['pino-cloudwatch#20', 'opentelemetry-js#3310'],
    tests: [
      ['exporter/cloudwatch-log-record-processor.test.ts', 'brings what a logger emits to the client'],
      [
        'exporter/shutdown.process.test.ts',
        'does not end before the flush is through, though it waits to try again',
      ],
    ],
  },
  {
    complaint: "the logger's worker is closed too early",
    seen: ['pino#1338'],
    tests: [
      [REGISTER, 'does not start a second exporter in a pino transport'],
      [REGISTER, 'once, with its trace id'],
    ],
  },
  {
    complaint: 'of 150,000 records a script stores 59,000 before it ends',
    seen: ['watchtower#29'],
    tests: [
      [HERE, 'all of 150,000 records of a script are stored when its shutdown is through'],
      [HERE, 'a burst over the queue is counted to the record'],
    ],
  },
  {
    complaint: 'nothing is flushed at a normal end',
    seen: ['opentelemetry-js-contrib#2383'],
    tests: [
      [EXIT, 'delivers what is queued: '],
      [REGISTER, 'once, with its trace id'],
    ],
  },
  {
    complaint: 'nothing is flushed at a crash',
    seen: ['opentelemetry-js-contrib#3505'],
    tests: [
      [REGISTER, 'sends what is queued when an uncaught exception ends the process'],
      [EXIT, 'delivers what is queued: '],
      [EXIT, 'loses nothing that is written ahead, whatever the service does: '],
    ],
  },
  {
    complaint: 'shutdown loses logs',
    seen: ['opentelemetry-js#5954'],
    tests: [
      [PROCESSOR, 'exports what a flush under way holds before it shuts down'],
      [DISPATCHER, 'does not throw away exported records that wait for room while the service is healthy'],
    ],
  },
  {
    complaint: 'throttled requests lose logs, hundreds a day',
    seen: ['winston-cloudwatch#30', '#31', '#69', 'winston-aws-cloudwatch#69', 'pino-cloudwatch#4'],
    tests: [
      [INTEGRATION, 'delivers everything once in spite of'],
      [DISPATCHER, 'slows down for the whole account when it is throttled, and recovers'],
    ],
  },
  {
    complaint: 'throttled requests are dropped as not worth a retry',
    seen: ['vector#12253'],
    tests: [[ERRORS, 'decides what becomes of a batch that meets']],
  },
  {
    complaint: 'one slow stream holds up all others',
    seen: ['vector#2746'],
    tests: [
      [DISPATCHER, 'lets other streams go on'],
      [DISPATCHER, 'serves streams in turn'],
    ],
  },
  {
    complaint: 'a Describe call for each batch stalls whole fleets',
    seen: ['vector#25788', 'awslogs#358'],
    tests: [
      [HERE, 'no request but PutLogEvents is made for a batch'],
      [PROVISIONER, 'makes one call in a group that exists'],
    ],
  },
  {
    complaint: 'one error stops all later output',
    seen: ['fluent-bit#4553', 'fluent/helm-charts#245', 'aws-for-fluent-bit#135'],
    tests: [[HERE, 'later records arrive after']],
  },
  {
    complaint: 'one large event silently stops a stream',
    seen: ['fluent-bit#4203', 'watchtower#46'],
    tests: [
      [HERE, 'an event over every limit neither stops its stream nor goes unsaid'],
      [
        'exporter/local-service.integration.test.ts',
        'stores the largest message whole, and one a byte larger shortened',
      ],
    ],
  },
  {
    complaint: 'the limits of the service are not held, or others are',
    seen: ['opentelemetry-collector-contrib#4721', '#48559', 'vector#2394', '#1483'],
    tests: [
      ['encoding/batcher.test.ts', 'fills a batch to 10,000 events'],
      ['encoding/batcher.test.ts', 'fills a batch to the byte'],
      ['encoding/batcher.test.ts', 'gives the largest event a batch of its own'],
      ['encoding/batcher.test.ts', 'spans at most 24 hours'],
      ['exporter/export.property.test.ts', 'gives requests inside every limit and accounts for each record'],
    ],
  },
  {
    complaint: 'a poison batch drops everything',
    seen: ['serilog-sinks-awscloudwatch#46'],
    tests: [
      [DISPATCHER, 'loses nothing but the bad events wherever they are'],
      [INTEGRATION, 'loses only the event that the service refuses'],
    ],
  },
  {
    complaint: 'events that are too old fail their batch, or vanish',
    seen: ['fluent-bit#3242'],
    tests: [
      [
        'exporter/local-service.integration.test.ts',
        'delivers the good records of a bad batch and counts each loss with its reason',
      ],
      [INTEGRATION, 'counts events that the service refuses for their time'],
    ],
  },
  {
    complaint: 'memory grows until the process is killed',
    seen: [
      'winston-cloudwatch PR#116',
      'winston-aws-cloudwatch#96',
      'vector#12246',
      'quarkus-logging-cloudwatch PR#277',
    ],
    tests: [
      [HERE, 'an outage without a spool holds no more than maxBufferBytes, the queue included'],
      [DISPATCHER, 'turns away what does not fit the buffer'],
      ['soak/soak.test.ts', 'soak, the short form'],
    ],
  },
  {
    complaint: 'wrong sequence tokens lose logs, or several writers to one stream',
    seen: [
      'winston-cloudwatch#12',
      '#46',
      '#84',
      '#137',
      'watchtower#129',
      'fluent-bit#3477',
      'aws-for-fluent-bit#161',
    ],
    tests: [
      [HERE, 'several exporters write to one stream at once'],
      [DISPATCHER, 'sends with the expected one, one request at a time'],
      [SENDER, 'takes DataAlreadyAccepted as success'],
    ],
  },
  {
    complaint: 'names of groups and streams hold no placeholders',
    seen: ['opentelemetry-collector-contrib#30773'],
    tests: [
      ['encoding/template.test.ts', 'takes resource attributes by plain name, record attributes by prefix'],
      ['exporter/local-service.integration.test.ts', 'writes to as many groups as records name'],
    ],
  },
  {
    complaint: 'groups never expire, against policy and at a price',
    seen: [
      'opentelemetry-collector-contrib PR#15678',
      'aws-otel-collector#991',
      'fluent-bit#2691',
      'serilog-sinks-awscloudwatch#31',
    ],
    tests: [
      [PROVISIONER, 'sets the retention'],
      [INTEGRATION, 'makes a group with everything that is asked for'],
      [INTEGRATION, 'leaves a group that exists as it is'],
    ],
  },
  {
    complaint: 'trace ids are missing or wrong',
    seen: [
      'opentelemetry-js-contrib#2512',
      '#2280',
      '#2010',
      'pino-opentelemetry-transport#206',
      'opentelemetry-js#4618',
    ],
    tests: [
      [HERE, 'a record has the ids of the span it was emitted in'],
      [REGISTER, 'once, with its trace id'],
    ],
  },
  {
    complaint: 'the page of a trace shows no logs',
    seen: ['aws-otel-collector#1766'],
    tests: [
      ['encoding/entity.test.ts', 'names the service and its environment'],
      [SENDER, 'sends the entity'],
      [
        'cli/command-line.integration.test.ts',
        'draws the timeline of a trace, span and request over all groups of this machine',
      ],
    ],
  },
  {
    complaint: 'expired credentials are not renewed',
    seen: ['aws-for-fluent-bit#186', '#138'],
    tests: [
      [HERE, 'credentials that expire are asked for again, and nothing is lost meanwhile'],
      [ERRORS, 'decides what becomes of a batch that meets'],
    ],
  },
  {
    complaint: 'no export with nothing but a signature of AWS',
    seen: ['opentelemetry-specification#4503'],
    tests: [
      [HERE, 'credentials that expire are asked for again, and nothing is lost meanwhile'],
      ['cloudwatch/client.test.ts', 'signs with the region and credentials that it is given'],
    ],
  },
  {
    complaint: 'an exporter can be chosen from a fixed list alone',
    seen: ['opentelemetry-js#4552', '#3871', 'elastic-otel-node#932'],
    tests: [
      [REGISTER, 'once, with its trace id'],
      [REGISTER, 'brings every record once with auto-instrumentations-node/register'],
    ],
  },
  {
    complaint: 'records are dropped without a word',
    seen: ['pino-opentelemetry-transport#190', 'opentelemetry-java#7103', 'opentelemetry-go#5197'],
    tests: [
      [HERE, 'is counted and said with its number when it is lost'],
      [
        'observability/diagnostics.test.ts',
        'says messages of one kind once in a minute, with the count of those left out',
      ],
    ],
  },
  {
    complaint: 'requests time out now and then',
    seen: ['aws-otel-lambda#1121'],
    tests: [
      [HERE, 'later records arrive after'],
      [INTEGRATION, 'does not wait for an answer that never comes'],
      [LAMBDA, 'answers all the same when the service hangs, and delivers with a later invocation'],
    ],
  },
];
