import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { McpServer, type Tool } from '../../src/mcp/mcp-server.js';
import { serveLines } from '../../src/mcp/serve-lines.js';

interface Answer {
  readonly id: string | number | null;
  readonly result?: Record<string, unknown>;
  readonly error?: { code: number; message: string; data?: Record<string, unknown> };
}

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};
const INFO = { name: 'test', title: 'Test', version: '1.2.3' };

describe('the MCP server', () => {
  let input: PassThrough;
  let answers: Answer[];
  let arrived: () => void;
  let served: Promise<void>;
  let stop: AbortController;
  let aborted: string[];

  const tools: Tool[] = [
    {
      name: 'echo',
      title: 'Echo',
      description: 'Says what it was given.',
      inputSchema: { type: 'object' },
      call: (given) => Promise.resolve(JSON.stringify(given)),
    },
    {
      name: 'fail',
      title: 'Fail',
      description: 'Fails.',
      inputSchema: { type: 'object' },
      call: () => Promise.reject(new Error('trace_id must be given')),
    },
    {
      name: 'fail_without_words',
      title: 'Fail',
      description: 'Fails.',
      inputSchema: { type: 'object' },
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what is thrown may be anything
      call: () => Promise.reject(undefined),
    },
    {
      name: 'wait',
      title: 'Wait',
      description: 'Waits for its signal.',
      inputSchema: { type: 'object' },
      call: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted.push('wait');
            reject(new Error('aborted'));
          });
        }),
    },
  ];

  beforeEach(() => {
    input = new PassThrough();
    answers = [];
    aborted = [];
    arrived = () => undefined;
    stop = new AbortController();
    const write = (line: string): boolean => {
      expect(line).to.match(/^[^\n]+\n$/);
      answers.push(JSON.parse(line) as Answer);
      arrived();
      return true;
    };
    served = serveLines({ input, output: { write } }, new McpServer(INFO, 'Read me.', tools), stop.signal);
  });
  afterEach(async () => {
    stop.abort();
    await served;
  });

  const send = (message: unknown): void => {
    input.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`);
  };
  async function until(count: number): Promise<void> {
    while (answers.length < count) await new Promise<void>((resolve) => (arrived = resolve));
  }
  async function ask(method: string, params?: object): Promise<Answer> {
    const id = answers.length + 1;
    send({ jsonrpc: '2.0', id, method, params });
    await until(id);
    return answers.at(-1)!;
  }

  it('shakes hands with clients of 2025 and before', async () => {
    for (const protocolVersion of ['2025-11-25', '2025-06-18', '2024-11-05']) {
      const { result } = await ask('initialize', { protocolVersion, capabilities: {}, clientInfo: {} });
      expect(result).to.deep.equal({
        protocolVersion,
        capabilities: { tools: {} },
        serverInfo: INFO,
        instructions: 'Read me.',
      });
    }
    const { result } = await ask('initialize', { protocolVersion: '1999-01-01' });
    expect(result).to.include({ protocolVersion: '2025-11-25' });
    send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    expect((await ask('ping')).result).to.deep.equal({});
    expect(answers).to.have.lengthOf(5);
  });

  it('is discovered by clients of 2026', async () => {
    const { result } = await ask('server/discover', { _meta: META });
    expect(result).to.deep.equal({
      resultType: 'complete',
      supportedVersions: ['2026-07-28'],
      capabilities: { tools: {} },
      instructions: 'Read me.',
      ttlMs: 3_600_000,
      cacheScope: 'public',
      _meta: { 'io.modelcontextprotocol/serverInfo': INFO },
    });
    const later = await ask('tools/list', {
      _meta: { ...META, 'io.modelcontextprotocol/protocolVersion': '2030-01-01' },
    });
    expect(later.error).to.deep.include({ code: -32022 });
    expect(later.error!.data).to.include({ requested: '2030-01-01' });
    expect(later.error!.data!.supported).to.include('2026-07-28');
    expect((await ask('server/discover')).error?.code).to.equal(-32602);
  });

  it('lists its tools, for reading alone', async () => {
    const legacy = (await ask('tools/list')).result as { tools: Record<string, unknown>[] };
    expect(Object.keys(legacy)).to.deep.equal(['tools']);
    expect(legacy.tools.map(({ name }) => name)).to.deep.equal([
      'echo',
      'fail',
      'fail_without_words',
      'wait',
    ]);
    expect(legacy.tools[0]!.annotations).to.include({ readOnlyHint: true, destructiveHint: false });
    const { result } = await ask('tools/list', { _meta: META });
    expect(result).to.include({ resultType: 'complete', cacheScope: 'public' });
    expect(result!.tools).to.deep.equal(legacy.tools);
  });

  it('calls tools, and tells the model what went wrong', async () => {
    const call = async (name: string, given?: unknown, more = {}) =>
      await ask('tools/call', { name, arguments: given, ...more });
    expect((await call('echo', { a: 1 })).result).to.deep.equal({
      content: [{ type: 'text', text: '{"a":1}' }],
    });
    expect((await call('echo')).result).to.deep.equal({ content: [{ type: 'text', text: '{}' }] });
    expect((await call('echo', {}, { _meta: META })).result).to.include({ resultType: 'complete' });
    expect((await call('fail', {})).result).to.deep.equal({
      content: [{ type: 'text', text: 'trace_id must be given' }],
      isError: true,
    });
    expect((await call('fail_without_words', {})).result).to.deep.include({
      content: [{ type: 'text', text: 'the call failed' }],
    });
    expect((await call('unknown', {})).error).to.deep.equal({
      code: -32602,
      message: 'there is no such tool; there are echo, fail, fail_without_words, wait',
    });
    expect((await call('echo', [1])).error).to.deep.equal({
      code: -32602,
      message: 'arguments are an object',
    });
  });

  it('runs calls side by side, and ends one that is cancelled without an answer', async () => {
    send({ jsonrpc: '2.0', id: 'w', method: 'tools/call', params: { name: 'wait' } });
    send({ jsonrpc: '2.0', id: 'w', method: 'ping' });
    await until(1);
    expect(answers[0]).to.deep.include({ id: 'w' });
    expect(answers[0]!.error!.code).to.equal(-32600);
    send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'w' } });
    send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'nobody' } });
    send({ jsonrpc: '2.0', id: 'p', method: 'ping' });
    await until(2);
    expect(answers[1]).to.deep.equal({ jsonrpc: '2.0', id: 'p', result: {} });
    expect(aborted).to.deep.equal(['wait']);
  });

  it('answers what is no request, and goes on', async () => {
    const wrong: [text: string, code: number][] = [
      ['{', -32700],
      ['[]', -32600],
      ['5', -32600],
      ['{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600],
      ['{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600],
      ['{"jsonrpc":"2.0","id":1,"method":5}', -32600],
      ['{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', -32602],
    ];
    for (const [text, code] of wrong) {
      const before = answers.length;
      send(text);
      await until(before + 1);
      expect(answers.at(-1)!.error?.code, text).to.equal(code);
    }
    send('');
    send('{"jsonrpc":"2.0","id":1,"result":{}}');
    expect((await ask('nothing/here')).error?.code).to.equal(-32601);
  });

  it('passes over a line without end, and reads characters that are cut by chunks', async () => {
    for (let chunk = 0; chunk < 40; chunk++) input.write('x'.repeat(100_000));
    input.write('\n');
    await until(1);
    expect(answers[0]!.error!.message).to.include('a line has at most');
    const line = Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', id: 'é', method: 'ping' })}\n`);
    for (const byte of line) input.write(Buffer.from([byte]));
    await until(2);
    expect(answers[1]).to.deep.include({ id: 'é' });
  });

  it('ends with its input, after the last answer', async () => {
    input.end('{"jsonrpc":"2.0","id":1,"method":"ping"}');
    await served;
    expect(answers).to.have.lengthOf(1);
  });
});
