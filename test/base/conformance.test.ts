import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, connect, type Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { expect } from 'chai';
import {
  type BackEnd,
  classifyHttp,
  type ConformanceOptions,
  type ConformanceResult,
  type HttpAnswer,
  OptionError,
  requireHttpSuccess,
  runConformance,
  sendOverHttp,
  type StandIn,
} from '../../src/base/index.js';
import { errorOf } from '../rejection.js';

type HttpBackEnd = BackEnd<ReadableLogRecord, unknown, HttpAnswer>;

/** A store that takes a JSON array of texts, all of it or, of some that it refuses, none. */
async function startStore(): Promise<StandIn & { token: string }> {
  const stored: string[] = [];
  let unwanted: string | undefined;
  let tokens = 1;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const status = (code: number, text = ''): void => {
        response.writeHead(code).end(text);
      };
      if (request.url === '/token') return status(200, `token ${tokens}`);
      if (request.headers.authorization !== `token ${tokens}`) return status(401);
      if (request.url === '/health') return status(200);
      const bytes = Buffer.concat(chunks);
      const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
      const texts = JSON.parse(plain.toString()) as string[];
      if (texts.length > 50) return status(413);
      if (unwanted !== undefined && texts.some((text) => text.includes(unwanted!))) return status(400);
      stored.push(...texts);
      return status(204);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    token: '',
    stored: () => stored,
    refuse: (text) => void (unwanted = text),
    expireCredentials: () => {
      tokens++;
    },
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function storeBackEnd(url: string): HttpBackEnd {
  return {
    name: 'store',
    limits: { maxEvents: 50, maxBytes: 100_000, maxEventBytes: 10_000 },
    encode: ({ body }) => JSON.stringify(body),
    send: ({ events }, { signal, credentials }) =>
      sendOverHttp({
        url: `${url}/records`,
        body: `[${events.map(({ text }) => text).join(',')}]`,
        headers: { authorization: String(credentials) },
        gzip: true,
        signal,
      }),
    classify: classifyHttp,
    async authenticate({ signal }) {
      const { body } = requireHttpSuccess(await sendOverHttp({ url: `${url}/token`, method: 'GET', signal }));
      return { credentials: body };
    },
    async health({ signal, credentials }) {
      const headers = { authorization: String(credentials) };
      requireHttpSuccess(await sendOverHttp({ url: `${url}/health`, method: 'GET', headers, signal }));
    },
  };
}

describe('runConformance', function () {
  this.timeout(120_000);
  let lines: string[];

  beforeEach(() => {
    lines = [];
  });

  /** @param change - makes the good back end a worse one */
  const tried = (
    change: (backEnd: HttpBackEnd) => Partial<HttpBackEnd>,
    options: Partial<ConformanceOptions> = {},
  ): Promise<ConformanceResult> =>
    runConformance({
      createBackEnd: ({ url }) => {
        const backEnd = storeBackEnd(url);
        return { ...backEnd, ...change(backEnd) };
      },
      startStandIn: startStore,
      soakMillis: 0,
      records: 100,
      print: (line) => lines.push(line),
      ...options,
    });

  it('passes a back end that is right, and counts its records in one line', async () => {
    const result = await tried(() => ({}), { soakMillis: 1_000 });
    expect(result.problems).to.deep.equal([]);
    expect(result.passed).to.equal(true);
    expect(result).to.include({ lost: 0, dropped: 3 });
    expect(result.duplicates).to.be.greaterThan(0);
    expect(result.emitted).to.equal(result.delivered + 3);
    expect(lines).to.deep.equal([result.line]);
    expect(result.line).to.match(/^emitted \d+ delivered \d+ duplicates \d+ dropped 3 lost 0$/);
    expect(result.scenarios.map(({ name }) => name)).to.have.length(14);
  });

  const flaws: readonly {
    readonly what: string;
    readonly only: string;
    readonly change: (backEnd: HttpBackEnd) => Partial<HttpBackEnd>;
    readonly problem: RegExp;
    readonly isLoss?: boolean;
  }[] = [
    {
      what: 'sends half of each batch',
      only: 'delivers',
      change: ({ send }) => ({
        send: (batch, context) =>
          send({ ...batch, events: batch.events.slice(0, batch.events.length / 2) }, context),
      }),
      problem: /^delivers: \d+ records are lost, and nobody has counted them$/,
      isLoss: true,
    },
    {
      what: 'says that 5xx is accepted',
      only: '5xx',
      change: () => ({ classify: ({ response }) => ({ kind: response ? 'accepted' : 'retry' }) }),
      problem: /^5xx: \d+ records are said to be accepted, and \d+ are there$/,
      isLoss: true,
    },
    {
      what: 'says that a reset is accepted',
      only: 'connections are reset',
      change: () => ({ classify: () => ({ kind: 'accepted' }) }),
      problem: /^connections are reset: \d+ records are lost/,
      isLoss: true,
    },
    {
      what: 'sends each batch twice',
      only: 'delivers',
      change: ({ send }) => ({
        async send(batch, context) {
          await send(batch, context);
          return await send(batch, context);
        },
      }),
      problem: /^delivers: 100 records are there twice, where 0 answers were lost$/,
    },
    {
      what: 'gives up at 5xx',
      only: '5xx',
      change: () => ({
        classify: (answer) =>
          (answer.response?.status ?? 0) >= 500 ? { kind: 'refused' } : classifyHttp(answer),
      }),
      problem: /^5xx: \d+ records were dropped \(delivery_failed\) that could have been delivered$/,
    },
    {
      what: 'loses what stands beside a refused record',
      only: 'some records are refused',
      change: () => ({
        classify: (answer) => (answer.response?.status === 400 ? { kind: 'refused' } : classifyHttp(answer)),
      }),
      problem: /^some records are refused: \d+ records were dropped \(delivery_failed\)/,
    },
    {
      what: 'does not hear Retry-After',
      only: '429 with Retry-After',
      change: () => ({
        classify: (answer) =>
          answer.response?.status === 429 ? { kind: 'throttled' } : classifyHttp(answer),
      }),
      problem: /^429 with Retry-After: Retry-After asked for 1,000 ms; the next request came after \d+ ms$/,
    },
    {
      what: 'keeps old credentials',
      only: 'credentials expire',
      change: () => ({
        classify: (answer) => (answer.response?.status === 401 ? { kind: 'refused' } : classifyHttp(answer)),
      }),
      problem: /^credentials expire: 100 records were dropped/,
    },
    {
      what: 'drops what it can not encode',
      only: 'delivers',
      change: ({ encode }) => ({
        encode(record, context) {
          if (JSON.stringify(record.body).endsWith('7-x"')) throw new Error('seven');
          return encode(record, context);
        },
      }),
      problem: /^delivers: 10 records were dropped \(unserializable\)/,
    },
    {
      what: 'is well when it is down',
      only: 'health',
      change: () => ({ health: () => undefined, authenticate: () => ({ credentials: '' }) }),
      problem: /^health: health\(\) is well, and the back end is down$/,
    },
    {
      what: 'is ill when it is up',
      only: 'health',
      change: () => ({
        health: () => {
          throw new Error('ill');
        },
      }),
      problem: /^health: health\(\) is not well, and all is: store: health: Error/,
    },
    {
      what: 'lets nobody read its requests',
      only: 'delivers',
      change: ({ send }) => ({
        send: (batch, context) =>
          send(
            {
              ...batch,
              // JSON that says the same in other characters.
              events: batch.events.map((event) => ({
                ...event,
                text: event.text.replace('cnf', '\\u0063nf'),
              })),
            },
            context,
          ),
      }),
      problem: /^delivers: no request was seen with a mark in it/,
    },
  ];

  for (const { what, only, change, problem, isLoss = false } of flaws) {
    it(`fails a back end that ${what}`, async () => {
      const result = await tried(change, { only: [only] });
      expect(result.passed).to.equal(false);
      expect(
        result.problems.some((one) => problem.test(one)),
        result.problems.join('\n'),
      ).to.equal(true);
      expect(result.lost > 0).to.equal(isLoss);
      expect(lines.slice(0, -1)).to.deep.equal(result.problems);
      expect(lines.at(-1)).to.equal(result.line);
    });
  }

  it('forgives no duplicate where each id is to be kept once', async () => {
    const only = ['answers are lost after acceptance'];
    expect((await tried(() => ({}), { only })).problems).to.deep.equal([]);
    const { problems } = await tried(() => ({}), { only, idempotent: true });
    expect(problems).to.deep.equal([
      'answers are lost after acceptance: 50 records are there twice, where 0 answers were lost',
    ]);
  });

  it('goes on where a scenario throws', async () => {
    const result = await runConformance({
      createBackEnd: ({ url }) => storeBackEnd(url),
      async startStandIn() {
        const store = await startStore();
        return {
          ...store,
          refuse: () => {
            throw new Error('of the stand-in');
          },
        };
      },
      soakMillis: 0,
      records: 20,
      only: ['some records are refused', 'health'],
      print: (line) => lines.push(line),
    });
    expect(result.problems).to.deep.equal(['some records are refused: it threw of the stand-in']);
    expect(result.scenarios).to.have.length(2);
  });

  it('tries what speaks over TCP', async () => {
    const result = await runConformance({
      createBackEnd: ({ port }) => lineBackEnd(port),
      startStandIn: startLines,
      protocol: 'tcp',
      soakMillis: 500,
      records: 60,
      print: (line) => lines.push(line),
    });
    expect(result.problems).to.deep.equal([]);
    expect(result).to.include({ lost: 0, dropped: 0 });
    expect(result.scenarios.map(({ name }) => name))
      .to.include('answers are lost after acceptance')
      .and.not.include('5xx');
  });

  for (const [options, message] of [
    [{ createBackEnd: undefined }, /^createBackEnd must be a function/],
    [{ startStandIn: {} }, /^startStandIn must be a function/],
    [{ createRecord: 7 }, /^createRecord must be a function, or be left out; it is 7$/],
    [{ print: 'x' }, /^print must be a function/],
    [{ protocol: 'udp' }, /^protocol must be 'http' or 'tcp'; it is "udp"$/],
    [{ idempotent: 1 }, /^idempotent must be true or false/],
    [{ records: 19 }, /^records must be a whole number, from 20 to 100000; it is 19$/],
    [{ soakMillis: -1 }, /^soakMillis must be a number of milliseconds/],
    [{ seed: 1.5 }, /^seed must be a whole number/],
    [{ only: 'soak' }, /^only must be names of scenarios/],
    [{ only: ['outage'] }, /^only must hold names of scenarios \(delivers; .*\); it is "outage"$/],
    [{ scenarios: [] }, /^scenarios must be the name of an option/],
    [
      { startStandIn: () => undefined },
      /^startStandIn must give a stand-in.*\(undefined\): port, stored, stop$/,
    ],
    [
      { startStandIn: () => ({ port: 0, stored: () => [], stop: () => undefined, refuse: true }) },
      /^startStandIn must give a stand-in.*\(an object\): port, refuse$/,
    ],
    [
      { createBackEnd: () => null },
      /^createBackEnd must give a back end, and be no async function; it is null$/,
    ],
    [
      { createBackEnd: () => Promise.reject(new Error('x')) },
      /^createBackEnd must give a back end, and be no/,
    ],
    [
      { createBackEnd: () => ({}) },
      /^createBackEnd must give a back end that is right: name must be 1 to 40/,
    ],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}`, async () => {
      const error = await errorOf(tried(() => ({}), options as never));
      expect(error).to.be.instanceOf(OptionError);
      expect(error.message).to.match(message);
    });
  }

  it('says what it found on standard output by default', async () => {
    const write = process.stdout.write.bind(process.stdout);
    const written: string[] = [];
    process.stdout.write = ((text: string) => written.push(text)) as never;
    try {
      await tried(() => ({}), { only: ['health'], print: undefined });
    } finally {
      process.stdout.write = write;
    }
    expect(written).to.deep.equal(['emitted 0 delivered 0 duplicates 0 dropped 0 lost 0\n']);
  });
});

/** Takes lines, ended by an empty one, which it answers by one. */
async function startLines(): Promise<StandIn> {
  const stored: string[] = [];
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      text += chunk.toString();
      if (!text.endsWith('\n\n')) return;
      stored.push(...text.trim().split('\n'));
      text = '';
      socket.write('ok\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stored: () => stored,
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function lineBackEnd(port: number): BackEnd<ReadableLogRecord, unknown, string> {
  return {
    name: 'lines',
    limits: { maxEvents: 20, maxBytes: 10_000, maxEventBytes: 1_000 },
    encode: ({ body }) => body as string,
    send: ({ events }, { signal }) =>
      new Promise((resolve, reject) => {
        const socket = connect(port, '127.0.0.1');
        signal.addEventListener('abort', () => socket.destroy(signal.reason as Error));
        socket.on('error', reject);
        socket.on('close', () => reject(new Error('closed')));
        socket.on('data', (data) => {
          resolve(data.toString());
          socket.end();
        });
        socket.write(`${events.map(({ text }) => `${text}\n`).join('')}\n`);
      }),
    classify: ({ response }) => (response === 'ok\n' ? { kind: 'accepted' } : { kind: 'retry' }),
  };
}
