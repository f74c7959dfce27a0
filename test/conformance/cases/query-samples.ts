import { operation, publicSample, type Bench } from '../conformance-case.js';
import { expectRows, groupOf, type Row } from '../query-group.js';

type Answer = readonly [queryString: string, rows: readonly Row[]];

/** Logs of one kind, and queries of the forms in which runbooks, dashboards and consoles ask for them. */
function samples(messages: readonly (object | string)[], answers: readonly Answer[]) {
  return publicSample(async (bench) => {
    const { logGroupName } = await groupOf(bench, messages);
    await expectRows(bench, logGroupName, answers);
  });
}

/** As {@link samples}, for fields that AWS discovers in log groups of its own services alone. */
function samplesOfService(messages: readonly string[], answers: readonly Answer[]) {
  return publicSample(async (bench: Bench) => {
    bench.notAtAws('the service discovers these fields in the log groups of the service that wrote them');
    const { logGroupName } = await groupOf(bench, messages);
    await expectRows(bench, logGroupName, answers);
  });
}

const REQUEST = '8f507cfc-1111-4697-b07a-ac58fc914c95';
const OTHER_REQUEST = '8f507cfc-2222-4697-b07a-ac58fc914c95';
const report = (requestId: string, duration: number, used: number, init = '') =>
  `REPORT RequestId: ${requestId}\tDuration: ${duration} ms\tBilled Duration: ${Math.ceil(duration)} ms\tMemory Size: 256 MB\tMax Memory Used: ${used} MB\t${init}\n`;

/** Queries of public kinds. */
export const querySampleCases = operation('StartQuery', {
  'answers queries of runbooks for Lambda': samplesOfService(
    [
      `START RequestId: ${REQUEST} Version: $LATEST\n`,
      `2026-11-26T10:00:00.000Z\t${REQUEST}\tERROR\tInvoke Error\t{"errorType":"TypeError","errorMessage":"no order","stack":["TypeError: no order"]}\n`,
      `2026-11-26T10:00:03.000Z ${OTHER_REQUEST} Task timed out after 3.00 seconds\n\n`,
      `END RequestId: ${REQUEST}\n`,
      report(REQUEST, 120.5, 75, 'Init Duration: 210.4 ms\t'),
      report(OTHER_REQUEST, 3000, 81),
    ],
    [
      [
        'filter @type = "REPORT" | stats max(@memorySize / 1000 / 1000) as provisionedMB, avg(@maxMemoryUsed / 1000 / 1000) as meanMB, max(@maxMemoryUsed / 1000 / 1000) as mostMB, provisionedMB - mostMB as spareMB',
        [{ provisionedMB: '256', meanMB: '78', mostMB: '81', spareMB: '175' }],
      ],
      [
        'filter @type = "REPORT" | fields @requestId, @billedDuration | sort by @billedDuration desc | limit 1',
        [{ '@requestId': OTHER_REQUEST, '@billedDuration': '3000.0' }],
      ],
      [
        'filter @type="REPORT" | stats count(@type) as invocations, count(@initDuration) as coldStarts, (count(@initDuration) / count(@type)) * 100 as coldPercent, max(@initDuration) as slowest',
        [{ invocations: '2', coldStarts: '1', coldPercent: '50', slowest: '210.4' }],
      ],
      [
        'filter @type = "REPORT" | fields greatest(@initDuration, 0) + @duration as total, ispresent(@initDuration) as cold | stats count() as n, pct(total, 50) as p50 by cold | sort cold',
        [
          { cold: '0', n: '1', p50: '3000' },
          { cold: '1', n: '1', p50: '330.9' },
        ],
      ],
      ['filter @message like /Task timed out/ | stats count() as timeouts', [{ timeouts: '1' }]],
      [
        'filter @message like /Invoke Error/ | fields errorType, errorMessage, stack.0',
        [{ errorType: 'TypeError', errorMessage: 'no order', 'stack.0': 'TypeError: no order' }],
      ],
      [
        'parse @message /Max Memory Used: (?<used>\\d+) MB/ | filter ispresent(used) | stats median(used) as mid, stddev(used) as dev',
        [{ mid: '78', dev: '3' }],
      ],
    ],
  ),
  'answers queries of runbooks for VPC flow logs': samplesOfService(
    [
      '2 123456789010 eni-0a1 10.0.1.5 10.0.2.7 49152 443 6 10 8400 1795680000 1795680060 ACCEPT OK',
      '2 123456789010 eni-0a1 203.0.113.9 10.0.1.5 40000 22 6 1 60 1795680000 1795680060 REJECT OK',
      '2 123456789010 eni-0a1 203.0.113.9 10.0.1.5 40001 3389 6 2 120 1795680000 1795680060 REJECT OK',
      '2 123456789010 eni-0b2 - - - - - - - 1795680000 1795680060 - NODATA',
    ],
    [
      [
        'filter action = "REJECT" | stats count(*) as rejections, sum(bytes) as total by srcAddr | sort rejections desc',
        [{ srcAddr: '203.0.113.9', rejections: '2', total: '180' }],
      ],
      [
        'filter isIpv4InSubnet(dstAddr, "10.0.2.0/24") | fields srcAddr, dstPort, bytes / 1024 as kB',
        [{ srcAddr: '10.0.1.5', dstPort: '443', kB: '8.2031' }],
      ],
      [
        'filter dstPort in [22, 3389] and isPrivateIP(srcAddr) = 0 | stats count(*) as n by dstPort | sort dstPort',
        [
          { dstPort: '22', n: '1' },
          { dstPort: '3389', n: '1' },
        ],
      ],
      [
        'stats count(*) as records by dstPort, srcAddr | filter dstPort="443" or dstPort="80"',
        [{ dstPort: '443', srcAddr: '10.0.1.5', records: '1' }],
      ],
      [
        'filter logStatus = "NODATA" | stats count(*) as n by interfaceId',
        [{ interfaceId: 'eni-0b2', n: '1' }],
      ],
      [
        'parse @message "* * * * * * * * * * * * * *" as v, account, eni, src, dst, sport, dport, proto, packets1, bytes1, begin, finish, verdict, status | filter verdict = "ACCEPT" | display src, dport, finish - begin as seconds',
        [{ src: '10.0.1.5', dport: '443', seconds: '60' }],
      ],
    ],
  ),
  'answers queries of runbooks for Route 53': samplesOfService(
    [
      '1.0 2026-11-26T10:00:00Z Z111 shop.example.com A NOERROR UDP FRA6 192.0.2.53 192.0.2.0/24',
      '1.0 2026-11-26T10:00:01Z Z111 nope.example.com AAAA NXDOMAIN UDP FRA6 192.0.2.53 -',
    ],
    [
      [
        'stats count(*) as n by responseCode | sort responseCode',
        [
          { responseCode: 'NOERROR', n: '1' },
          { responseCode: 'NXDOMAIN', n: '1' },
        ],
      ],
      [
        'filter responseCode = "NXDOMAIN" | stats count(*) as n by hostZoneId, queryName, queryType',
        [{ hostZoneId: 'Z111', queryName: 'nope.example.com', queryType: 'AAAA', n: '1' }],
      ],
    ],
  ),
  'answers queries of runbooks for CloudTrail': samples(
    [
      {
        eventSource: 'ec2.amazonaws.com',
        eventName: 'RunInstances',
        awsRegion: 'eu-west-1',
        userIdentity: { type: 'IAMUser', userName: 'ann', arn: 'arn:aws:iam::123456789012:user/ann' },
        responseElements: { instancesSet: { items: [{ instanceId: 'i-1' }, { instanceId: 'i-2' }] } },
        sourceIPAddress: '192.0.2.1',
      },
      {
        eventSource: 'signin.amazonaws.com',
        eventName: 'ConsoleLogin',
        awsRegion: 'us-east-1',
        userIdentity: { type: 'Root' },
        errorCode: 'AccessDenied',
        additionalEventData: { MFAUsed: 'No' },
        responseElements: { ConsoleLogin: 'Failure' },
        sourceIPAddress: '198.51.100.7',
      },
    ],
    [
      [
        'filter eventName = "RunInstances" and awsRegion like /^eu-/ | fields responseElements.instancesSet.items.1.instanceId as id',
        [{ id: 'i-2' }],
      ],
      [
        'filter userIdentity.type = "Root" and not ispresent(userIdentity.invokedBy) | display eventName, additionalEventData.MFAUsed',
        [{ eventName: 'ConsoleLogin', 'additionalEventData.MFAUsed': 'No' }],
      ],
      [
        'filter errorCode like /(?i)(accessdenied|unauthorized)/ | stats count(*) as denied, count_distinct(sourceIPAddress) as addresses by eventSource',
        [{ eventSource: 'signin.amazonaws.com', denied: '1', addresses: '1' }],
      ],
      [
        'parse userIdentity.arn "arn:aws:iam::*:user/*" as account, who | filter ispresent(who) | stats count(*) as n by account, who',
        [{ account: '123456789012', who: 'ann', n: '1' }],
      ],
      [
        'fields coalesce(userIdentity.userName, userIdentity.type) as who, eventName | sort who | dedup who',
        [
          { who: 'Root', eventName: 'ConsoleLogin' },
          { who: 'ann', eventName: 'RunInstances' },
        ],
      ],
      [
        'filter eventSource not in ["ec2.amazonaws.com"] | stats count(*) as n by eventSource, eventName, awsRegion',
        [{ eventSource: 'signin.amazonaws.com', eventName: 'ConsoleLogin', awsRegion: 'us-east-1', n: '1' }],
      ],
    ],
  ),
  'answers queries of runbooks for API Gateway and access logs': samples(
    [
      {
        requestId: 'a',
        status: '200',
        latency: '40',
        integrationLatency: '31',
        resourcePath: '/orders/{id}',
      },
      { requestId: 'b', status: '502', latency: '900', integrationLatency: '899', resourcePath: '/orders' },
      '(c0ffee) Method completed with status: 504',
      '192.0.2.8 - ann [26/Nov/2026:10:00:00 +0000] "GET /index.html?x=1 HTTP/1.1" 404 512 "-" "curl/8.5"',
    ],
    [
      [
        'filter status >= 500 | stats count(*) as errors by resourcePath, status',
        [{ resourcePath: '/orders', status: '502', errors: '1' }],
      ],
      [
        'filter ispresent(latency) | fields latency - integrationLatency as overhead | sort overhead desc | limit 1',
        [{ overhead: '9' }],
      ],
      [
        'filter ispresent(status) | stats sum(status >= 500) as failed, count(*) as total, failed / total * 100 as percent',
        [{ failed: '1', total: '2', percent: '50' }],
      ],
      [
        'parse @message /Method completed with status: (?<code>\\d\\d\\d)/ | filter ispresent(code) | stats count() as n by code',
        [{ code: '504', n: '1' }],
      ],
      [
        `parse @message '* - * [*] "* * *" * * "*" "*"' as host, user, at, verb, path, version, code, size, referrer, agent | filter code >= 400 | display host, verb, path, agent, fromMillis(parseDate(at, "dd/MMM/yyyy:HH:mm:ss Z")) as time`,
        [
          {
            host: '192.0.2.8',
            verb: 'GET',
            path: '/index.html?x=1',
            agent: 'curl/8.5',
            time: '2026-11-26 10:00:00.000',
          },
        ],
      ],
      ['filter @message like /HTTP\\/1\\.[01]" 4\\d\\d / | stats count(*) as n', [{ n: '1' }]],
    ],
  ),
  'answers queries of runbooks for WAF': samples(
    [
      {
        action: 'BLOCK',
        terminatingRuleId: 'sqli',
        httpRequest: {
          clientIp: '203.0.113.5',
          country: 'DE',
          uri: '/login',
          headers: [
            { name: 'Host', value: 'shop.example.com' },
            { name: 'User-Agent', value: 'bot/1' },
          ],
        },
        labels: [{ name: 'waf:managed:sqli' }],
      },
      {
        action: 'ALLOW',
        terminatingRuleId: 'Default_Action',
        httpRequest: { clientIp: '192.0.2.1', country: 'FR', uri: '/' },
      },
    ],
    [
      [
        'filter action = "BLOCK" | stats count(*) as blocked by terminatingRuleId, httpRequest.clientIp, httpRequest.country',
        [
          {
            terminatingRuleId: 'sqli',
            'httpRequest.clientIp': '203.0.113.5',
            'httpRequest.country': 'DE',
            blocked: '1',
          },
        ],
      ],
      [
        `parse @message '{"name":"User-Agent","value":"*"}' as agent | filter ispresent(agent) | stats count(*) as n by agent`,
        [{ agent: 'bot/1', n: '1' }],
      ],
      [
        'fields jsonParse(@message) as m | unnest m.httpRequest.headers into header | filter tolower(header.name) = "host" | display header.value as host',
        [{ host: 'shop.example.com' }],
      ],
      [
        'fields httpRequest.headers.0.value as host, labels.0.name as label | filter label like "managed"',
        [{ host: 'shop.example.com', label: 'waf:managed:sqli' }],
      ],
    ],
  ),
  'answers queries of runbooks for ECS and EKS': samples(
    [
      {
        Type: 'Task',
        ServiceName: 'shop',
        TaskId: 't1',
        CpuUtilized: 12.25,
        CpuReserved: 256,
        MemoryUtilized: 384,
        MemoryReserved: 512,
      },
      {
        Type: 'Task',
        ServiceName: 'shop',
        TaskId: 't2',
        CpuUtilized: 20,
        CpuReserved: 256,
        MemoryUtilized: 128,
        MemoryReserved: 512,
      },
      {
        log: 'level=error msg="pool is empty" took=12.5',
        stream: 'stderr',
        kubernetes: { pod_name: 'api-7', namespace_name: 'shop' },
      },
      {
        log: '{"level":"info","took":17}',
        stream: 'stdout',
        kubernetes: { pod_name: 'web-1', namespace_name: 'shop' },
      },
      {
        kind: 'Event',
        verb: 'list',
        user: { username: 'system:anonymous' },
        objectRef: { resource: 'secrets' },
        annotations: { 'authorization.k8s.io/decision': 'forbid' },
      },
    ],
    [
      [
        'filter Type = "Task" | stats avg(CpuUtilized / CpuReserved) * 100 as cpu, max(MemoryUtilized) / max(MemoryReserved) * 100 as memory by ServiceName',
        [{ ServiceName: 'shop', cpu: '6.2988', memory: '75' }],
      ],
      [
        'parse log logfmt as f | filter f.level = "error" | display kubernetes.pod_name as pod, f.msg as text, f.took * 2 as twice',
        [{ pod: 'api-7', text: 'pool is empty', twice: '25' }],
      ],
      [
        'fields jsonParse(log).level as level, jsonParse(log).took as took, kubernetes.pod_name | filter level = "info"',
        [{ level: 'info', took: '17', 'kubernetes.pod_name': 'web-1' }],
      ],
      [
        'filter ispresent(kubernetes.pod_name) | stats count(*) as n by kubernetes.namespace_name, stream | sort stream',
        [
          { 'kubernetes.namespace_name': 'shop', stream: 'stderr', n: '1' },
          { 'kubernetes.namespace_name': 'shop', stream: 'stdout', n: '1' },
        ],
      ],
      [
        'filter verb in ["list", "get"] and user.username like /anonymous/ | fields annotations.`authorization.k8s.io/decision` as decision',
        [{ decision: 'forbid' }],
      ],
    ],
  ),
  'answers queries of runbooks for AppSync and IoT': samples(
    [
      { logType: 'RequestSummary', requestId: 'r1', statusCode: 200, latency: 9_000_000 },
      { logType: 'Tracing', requestId: 'r1', resolverArn: 'orders', duration: 30 },
      { logType: 'Tracing', requestId: 'r1', resolverArn: 'orders', duration: 10 },
      {
        eventType: 'Connect',
        clientId: 'c1',
        status: 'Failure',
        reason: 'AUTHORIZATION_ERROR',
        protocol: 'MQTT',
      },
      { eventType: 'Publish-In', clientId: 'c1', status: 'Success', protocol: 'MQTT' },
    ],
    [
      [
        'fields ispresent(resolverArn) as isResolver | stats count() as invocations by resolverArn | filter isResolver and logType = "Tracing" | sort invocations desc | limit 10',
        [{ resolverArn: 'orders', invocations: '2' }],
      ],
      ['fields duration | filter logType = "Tracing" | limit 1 | sort duration desc', [{ duration: '30' }]],
      [
        'filter statusCode >= 200 | stats max(latency / 1000000) as slowestMs by requestId',
        [{ requestId: 'r1', slowestMs: '9' }],
      ],
      [
        'filter protocol = "MQTT" | stats count(*) as n by clientId | sort numPublishIn desc | limit 50',
        [{ clientId: 'c1', n: '2' }],
      ],
      [
        'filter eventType = "Connect" and status = "Failure" | stats count(*) as failures by clientId, reason',
        [{ clientId: 'c1', reason: 'AUTHORIZATION_ERROR', failures: '1' }],
      ],
    ],
  ),
  'answers queries of runbooks for RDS, Step Functions and logs of applications': samples(
    [
      '# Time: 2026-11-26T10:00:00.000000Z # User@Host: app[app] @ [10.0.0.9] Id: 7 # Query_time: 4.25 Lock_time: 0.01 Rows_sent: 3 Rows_examined: 9000',
      {
        type: 'TaskFailed',
        execution_arn: 'arn:aws:states:eu-west-1:123456789012:execution:orders:run-1',
        event_timestamp: '1795680000000',
      },
      {
        level: 'error',
        service: 'pay',
        traceId: 't1',
        message: 'card declined',
        attempts: 2,
        error: { type: 'Declined' },
      },
      { level: 'info', service: 'pay', traceId: 't1', message: 'card taken', attempts: 3 },
      'user=ann, method:GET, latency := 25',
      'user=bob, method:PUT, latency := 35',
    ],
    [
      [
        'parse @message "user=*, method:*, latency := *" as @user, @method, @latency | stats avg(@latency) as mean by @method | sort @method | limit 2',
        [
          { '@method': 'GET', mean: '25' },
          { '@method': 'PUT', mean: '35' },
        ],
      ],
      [
        'parse @message /Query_time: (?<seconds>[\\d.]+) .*Rows_examined: (?<rows>\\d+)/ | filter seconds > 1 | display seconds, rows',
        [{ seconds: '4.25', rows: '9000' }],
      ],
      [
        'filter type like /Failed$/ | fields split(execution_arn, ":")[6] as machine, fromMillis(event_timestamp) as at | display machine, at',
        [{ machine: 'orders', at: '2026-11-26 08:00:00.000' }],
      ],
      [
        'filter ispresent(level) | stats count(*) as total, sum(level = "error") as errors, errors / total as rate by service',
        [{ service: 'pay', total: '2', errors: '1', rate: '0.5' }],
      ],
      [
        'filter traceId = "t1" | stats latest(message) as lastMessage, max(attempts) as most by traceId',
        [{ traceId: 't1', lastMessage: 'card taken', most: '3' }],
      ],
      [
        'filter level in ["error", "warn"] | fields case(attempts > 5, "many", attempts > 1, "some", "one") as tries, concat(service, ": ", message) as line',
        [{ tries: 'some', line: 'pay: card declined' }],
      ],
      [
        'stats count(*) as n by strlen(@message) > 100 as long | sort long desc | limit 1',
        [{ long: '1', n: '3' }],
      ],
      [
        'filter @message not like /(?i)(error|failed)/ and @message like "pay" | fields level # the good ones',
        [{ level: 'info' }],
      ],
      [
        'stats count(*) as n by level | filter ispresent(level) | stats sum(n) as total, count(*) as kinds',
        [{ total: '2', kinds: '2' }],
      ],
    ],
  ),
});
