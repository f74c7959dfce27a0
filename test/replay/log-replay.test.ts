import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createCloudWatchLogsClient } from '../../src/cloudwatch/client.js';
import { OptionError } from '../../src/cloudwatch/errors.js';
import {
  logGroupSource,
  LogReplay,
  type LogReplayOptions,
  ndjsonSource,
  type ReplayCheckpoint,
  type ReplayEvent,
  ReplayNotAgreedError,
  ReplaySourceError,
  ReplayStoppedError,
} from '../../src/replay/index.js';
import { LocalCloudWatchLogs, LogEventGenerator, MockLogStream } from '../../src/simulation/index.js';
import { errorOf } from '../rejection.js';

const NOW = Date.UTC(2026, 10, 20, 12);
const DAY = 86_400_000;
const BEGIN = Date.UTC(2020, 0, 1);

describe('LogReplay', () => {
  let stream: MockLogStream;
  let directory: string;

  beforeEach(async () => {
    stream = await MockLogStream.create({ clock: () => NOW });
    directory = mkdtempSync(join(tmpdir(), 'replay-'));
  });
  afterEach(async () => {
    await stream.close();
    rmSync(directory, { recursive: true });
  });

  const some = (count: number, betweenMillis = 1_000): ReplayEvent[] =>
    Array.from({ length: count }, (_, index) => ({
      logGroupName: '/from',
      logStreamName: `s${index % 2}`,
      timestamp: BEGIN + index * betweenMillis,
      message: `event ${index}`,
    }));
  const replay = (options: Partial<LogReplayOptions>): LogReplay =>
    new LogReplay({ client: stream.client, source: some(4), clock: () => NOW, ...options });
  const stored = (logGroupName?: string): ReturnType<MockLogStream['events']> =>
    stream.events(logGroupName === undefined ? {} : { logGroupName });

  it('sends events where they came from, in order, with the newest at the present', async () => {
    const result = await replay({}).run();
    expect(result).to.deep.equal({ events: 4, delivered: 4, leftOut: 0, lost: 0, lostByReason: {} });
    expect(stored('/from').map(({ message }) => message)).to.deep.equal([
      'event 0',
      'event 1',
      'event 2',
      'event 3',
    ]);
    expect(stored('/from').map(({ timestamp }) => timestamp - NOW)).to.deep.equal([
      -3_000, -2_000, -1_000, 0,
    ]);
    expect(stored('/from').map(({ logStreamName }) => logStreamName)).to.deep.equal(['s0', 's1', 's0', 's1']);
  });

  it('presses what is longer than the window into it', async () => {
    const result = await replay({ source: some(40, DAY) }).run();
    expect(result.delivered).to.equal(40);
    const times = stored('/from').map(({ timestamp }) => timestamp);
    expect(times[0]).to.be.greaterThan(NOW - 14 * DAY);
    expect(new Set(times).size).to.equal(40);
  });

  it('leaves times as they are, and counts what the service refuses for them', async () => {
    const source = [...some(2), { logGroupName: '/from', timestamp: NOW - 5, message: 'now' }];
    const result = await replay({ source, keepTimes: true }).run();
    expect([result.delivered, result.lostByReason]).to.deep.equal([1, { too_old: 2 }]);
    expect(stored('/from')[0]).to.deep.include({ timestamp: NOW - 5, logStreamName: 'replay' });
  });

  it('sends all to one group and stream, or where a function says', async () => {
    await replay({ logGroupName: '/one', logStreamName: 'x' }).run();
    expect(new Set(stored('/one').map(({ logStreamName }) => logStreamName))).to.deep.equal(new Set(['x']));
    await replay({
      logGroupName: ({ logStreamName }) => `/by/${logStreamName!}`,
      logStreamName: () => 'y',
    }).run();
    expect(stored('/by/s1')).to.have.length(2);
  });

  it('changes events and leaves out others', async () => {
    const transform = (event: ReplayEvent): ReplayEvent | undefined =>
      event.message.endsWith('1') ? undefined : { ...event, message: event.message.toUpperCase() };
    const one = replay({ transform });
    expect(await one.plan()).to.include({ events: 4, sendEvents: 3 });
    expect((await one.run()).leftOut).to.equal(1);
    expect(stored('/from').map(({ message }) => message)).to.deep.equal(['EVENT 0', 'EVENT 2', 'EVENT 3']);
  });

  it('counts events that no request takes', async () => {
    const events = ['', 'x'.repeat(1_048_577), 'fits'].map((message) => ({ ...some(1)[0]!, message }));
    const { delivered, lostByReason } = await replay({ source: events }).run();
    expect({ delivered, lostByReason }).to.deep.equal({
      delivered: 1,
      lostByReason: { empty: 1, oversize: 1 },
    });
  });

  it('sends many thousands, whatever passing faults there are, each once', async () => {
    stream.faults.add({ kind: 'throttle', operations: ['PutLogEvents'], count: 2 });
    const progress: number[] = [];
    const source = some(25_000, 1);
    const { delivered } = await replay({
      source,
      onProgress: ({ position, events }) => progress.push(position / events),
    }).run();
    expect(delivered).to.equal(25_000);
    const messages = stored('/from').map(({ message }) => message);
    expect(messages).to.deep.equal(source.map(({ message }) => message));
    expect(progress).to.deep.equal([0.4, 0.8, 1]);
  });

  it('goes on where another ended, with the same times', async () => {
    const source = some(25_000, 1);
    let checkpoint: ReplayCheckpoint | undefined;
    const interrupt = new AbortController();
    const reason = new Error('enough');
    const first = replay({
      source,
      onProgress: (progress) => {
        checkpoint = progress.checkpoint;
        interrupt.abort(reason);
      },
    });
    expect(await errorOf(first.run({ signal: interrupt.signal }))).to.equal(reason);
    expect(checkpoint!.position).to.equal(10_000);
    const resume = JSON.parse(JSON.stringify(checkpoint)) as ReplayCheckpoint;
    const second = await replay({ source, resume, clock: () => NOW + 60_000 }).run();
    expect([second.events, second.delivered]).to.deep.equal([15_000, 15_000]);
    expect(stored('/from').map(({ message }) => message)).to.deep.equal(source.map(({ message }) => message));
    expect(stored('/from').at(-1)!.timestamp).to.equal(NOW);
  });

  it('keeps a pace, from now on', async () => {
    let now = NOW;
    const speed = 1_000;
    const tick = setInterval(() => (now += 5), 1);
    try {
      await replay({ source: some(4, 5_000), speed, clock: () => now }).run();
    } finally {
      clearInterval(tick);
    }
    expect(stored('/from').map(({ timestamp }) => timestamp - NOW)).to.deep.equal([0, 5, 10, 15]);
    expect(now).to.be.at.least(NOW + 15);
  });

  it('refuses AWS before anything is sent, and says what it would cost', async () => {
    const client = createCloudWatchLogsClient(
      {
        region: 'eu-central-1',
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      },
      {},
    );
    const sent: unknown[] = [];
    client.send = ((command: unknown) => {
      sent.push(command);
      return Promise.reject(new Error('not here'));
    }) as never;
    const error = await errorOf(replay({ client }).run());
    expect(error).to.be.instanceOf(ReplayNotAgreedError);
    expect(error.message).to.contain('4 events, 132 bytes, to /from in AWS').and.contain('yes: true');
    expect(sent).to.deep.equal([]);
    expect((await replay({ client }).plan()).usd).to.be.greaterThan(0);
    client.destroy();
  });

  it('stops where the service takes nothing, and tells where to go on', async () => {
    await replay({ source: some(1) }).run();
    stream.faults.add({ kind: 'throttle', operations: ['PutLogEvents'] });
    const error = await errorOf(replay({ timeoutMillis: 100 }).run());
    expect(error).to.be.instanceOf(ReplayStoppedError);
    expect(error.message).to.contain('the service does not take the events');
    expect(error).to.have.property('checkpoint', undefined);
    expect(stored('/from')).to.have.length(1);
  });

  it('reads a log group, through pages, into another service', async () => {
    const local = await LocalCloudWatchLogs.start();
    const reader = createCloudWatchLogsClient({ endpoint: local.endpoint });
    try {
      const events = new LogEventGenerator({ startMillis: NOW }).structured(30);
      await local.put(events.map((event) => ({ ...event, logGroupName: '/app' })));
      const source = logGroupSource(reader, { logGroup: '/app', from: NOW, to: new Date(NOW + DAY) });
      expect((await replay({ source }).run()).delivered).to.equal(30);
      expect(stored('/app').map(({ message }) => message)).to.deep.equal(
        events.map(({ message }) => message),
      );
      const missing = logGroupSource(reader, {
        logGroup: 'arn:aws:logs:us-east-1:000000000000:log-group:/no',
        from: NOW,
        to: NOW,
        filterPattern: 'x',
      });
      expect(await errorOf(replay({ source: missing }).plan())).to.be.instanceOf(ReplaySourceError);
    } finally {
      reader.destroy();
      await local.stop();
    }
  });

  it('reads a log group by its ARN, also as lists of groups have it', async () => {
    await stream.put([{ timestamp: NOW, message: 'm' }]);
    const arn = `arn:aws:logs:us-east-1:000000000000:log-group:${stream.logGroupName}`;
    for (const logGroup of [arn, `${arn}:*`]) {
      const source = logGroupSource(stream.client, { logGroup, from: NOW, to: NOW });
      const { events, logGroupNames } = await replay({ source }).plan();
      expect([events, logGroupNames]).to.deep.equal([1, [stream.logGroupName]]);
    }
  });

  it('refuses times of a log group that are none, before anything is asked', () => {
    for (const [option, wrong] of [
      ['from', Number.NaN],
      ['to', new Date('soon')],
      ['from', '2026-11-20'],
      ['to', 1_763_640_000],
      ['from', null],
    ] as const) {
      const options = { logGroup: '/app', from: NOW, to: NOW, [option]: wrong } as never;
      expect(() => logGroupSource(stream.client, options)).to.throw(OptionError, `${option} must be`);
    }
  });

  it('waits for what is due in a month, and does not send it at once', async () => {
    const warnings: string[] = [];
    const onWarning = ({ name }: Error): void => void warnings.push(name);
    process.on('warning', onWarning);
    const enough = new AbortController();
    const reason = new Error('enough');
    const onProgress = (): void => {
      // By then the waiting for the second event has begun.
      setImmediate(() =>
        setImmediate(() => {
          enough.abort(reason);
        }),
      );
    };
    try {
      const slow = replay({ source: some(2, 31 * DAY), speed: 1, onProgress });
      expect(await errorOf(slow.run({ signal: enough.signal }))).to.equal(reason);
      expect(stored('/from').map(({ message }) => message)).to.deep.equal(['event 0']);
      // As Node.js calls a timer that is too long for it, and fires in a millisecond.
      expect(warnings).to.not.include('TimeoutOverflowWarning');
    } finally {
      process.off('warning', onWarning);
    }
  });

  it('makes its own client where none is given', async () => {
    const local = await LocalCloudWatchLogs.start();
    try {
      const source = some(3);
      await new LogReplay({ source, endpoint: local.endpoint }).run();
      expect(local.events()).to.have.length(3);
    } finally {
      await local.stop();
    }
  });

  describe('from NDJSON', () => {
    const fileOf = (text: string): string => {
      const path = join(directory, 'events.ndjson');
      writeFileSync(path, text);
      return path;
    };
    const read = async (text: string): Promise<ReplayEvent[]> => {
      const events: ReplayEvent[] = [];
      for await (const event of ndjsonSource(fileOf(text)).open()) events.push(event);
      return events;
    };

    it('reads each form that this package writes', async () => {
      const lines = [
        { logGroupName: '/g', logStreamName: 's', timestamp: 1, message: 'a' },
        { kind: 'event', timestampMillis: 2.5, logGroup: '/g', logStream: 's', message: 'b', text: 'b' },
        { type: 'event', timestampMillis: 3, logGroup: '/g', logStream: '', message: 'c' },
        { kind: 'gap' },
        { type: 'result' },
        { timestamp: '1970-01-01T00:00:00.004Z', message: 'd' },
      ].map((line) => JSON.stringify(line));
      expect(await read(`${lines.join('\r\n')}\n\n`)).to.deep.equal([
        { logGroupName: '/g', logStreamName: 's', timestamp: 1, message: 'a' },
        { logGroupName: '/g', logStreamName: 's', timestamp: 2, message: 'b' },
        { logGroupName: '/g', timestamp: 3, message: 'c' },
        { timestamp: 4, message: 'd' },
      ]);
    });

    const wrong = [
      ['{', 'is not JSON'],
      ['[]', 'has no text `message`'],
      ['7', 'is no JSON object'],
      ['{"timestamp":1}', 'has no text `message`'],
      ['{"message":"m","timestamp":-1}', 'has no `timestamp`'],
      ['{"message":"m","timestamp":"soon"}', 'has no `timestamp`'],
    ] as const;
    for (const [line, problem] of wrong) {
      it(`names the line that ${problem}: ${line}`, async () => {
        const error = await errorOf(read(`{"timestamp":1,"message":"m"}\n${line}\n`));
        expect(error).to.be.instanceOf(ReplaySourceError);
        expect(error.message)
          .to.match(/^line 2 of /)
          .and.contain(problem);
      });
    }

    it('says that there is no file', async () => {
      const source = ndjsonSource(join(directory, 'missing'));
      expect((await errorOf(replay({ source }).plan())).message).to.contain("can't be read: ENOENT");
    });

    it('replays a file', async () => {
      const lines = some(3).map((event) => `${JSON.stringify(event)}\n`);
      await replay({ source: ndjsonSource(fileOf(lines.join(''))) }).run();
      expect(stored('/from')).to.have.length(3);
    });

    it('sends nothing of an empty file', async () => {
      const one = replay({ source: ndjsonSource(fileOf('')) });
      expect(await one.plan()).to.deep.equal({
        events: 0,
        sendEvents: 0,
        sendBytes: 0,
        logGroupNames: [],
        isAws: false,
        usd: 0,
      });
      expect((await one.run()).delivered).to.equal(0);
    });
  });

  it('refuses what is wrong', async () => {
    const wrong: readonly (readonly [Record<string, unknown>, string])[] = [
      [{ source: 5 }, 'source must be a source'],
      [{ speed: 0 }, 'speed must'],
      [{ speed: 2, keepTimes: true }, 'keepTimes must stand without speed'],
      [{ logGroupName: '' }, 'logGroupName must'],
      [{ logStreamName: 5 }, 'logStreamName must'],
      [{ resume: { position: 1 } }, 'resume must'],
      [{ timeoutMillis: 0 }, 'timeoutMillis must'],
      [{ sped: 1 }, 'did you mean speed?'],
    ];
    for (const [options, message] of wrong) expect(() => replay(options)).to.throw(message);
    const nowhere = [{ timestamp: 1, message: 'm' }];
    expect((await errorOf(replay({ source: nowhere }).run())).message).to.contain(
      'logGroupName must be given',
    );
    const spans = [{ logGroupName: 'aws/spans', timestamp: 1, message: 'm' }];
    expect((await errorOf(replay({ source: spans }).plan())).message).to.contain('aws/');
    const broken = replay({
      transform: () => {
        throw new Error('mine');
      },
    });
    expect((await errorOf(broken.run())).message).to.contain('transform failed for event 1');
    expect((await errorOf(replay({ transform: () => ({}) as never }).plan())).message).to.contain(
      'transform must return',
    );
  });
});
