import { fileURLToPath } from 'node:url';
import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernTransport } from '@modelcontextprotocol/client/stdio';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect } from 'chai';
import { LogEventBuilder } from '../../src/insights/index.js';
import { HOUR, LocalService } from '../simulation/local-service.js';

const TRACE_ID = '5b8efff798038103d269b633813fc60c';
const COMMAND = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

/** What both kinds of clients have in common. */
interface AnyClient {
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  close(): Promise<void>;
}

describe('otel-cwlogs mcp with the official clients', function () {
  this.timeout(180_000);
  let service: LocalService;
  before(async () => {
    service = await LocalService.start({ clock: Date.now });
    service.time = Date.now() - HOUR;
    await service.createStream('/apps/orders');
    service.time = Date.now();
    const event = new LogEventBuilder().trace(TRACE_ID, 'a'.repeat(16)).body('paid');
    await service.put('/apps/orders', [[0, event.build().message]]);
  });
  after(() => service.stop());

  const parameters = () => ({
    command: process.execPath,
    args: ['--no-warnings', COMMAND, 'mcp', '-g', '/apps/*'],
    env: { ...process.env, AWS_ENDPOINT_URL: service.local.endpoint } as Record<string, string>,
    stderr: 'ignore' as const,
  });

  const clients: Record<string, () => Promise<AnyClient>> = {
    async 'of 2025, by a handshake'() {
      const client = new LegacyClient({ name: 'test', version: '1.0.0' });
      await client.connect(new LegacyTransport(parameters()));
      return client;
    },
    async 'of 2026, by default'() {
      const client = new ModernClient({ name: 'test', version: '1.0.0' });
      await client.connect(new ModernTransport(parameters()));
      expect(client.getProtocolEra()).to.equal('legacy');
      return client;
    },
    async 'of 2026, by discovery'() {
      const client = new ModernClient(
        { name: 'test', version: '1.0.0' },
        { versionNegotiation: { mode: { pin: '2026-07-28' } } },
      );
      await client.connect(new ModernTransport(parameters()));
      expect(client.getProtocolEra()).to.equal('modern');
      return client;
    },
  };
  for (const [name, connect] of Object.entries(clients)) {
    it(`serves one ${name}`, async () => {
      const client = await connect();
      try {
        const { tools } = await client.listTools();
        expect(tools.map((tool) => tool.name)).to.deep.equal([
          'find_trace',
          'find_request',
          'recent_errors',
          'search_logs',
          'list_log_groups',
          'explain_cost',
        ]);
        const found = await client.callTool({ name: 'find_trace', arguments: { trace_id: TRACE_ID } });
        expect(JSON.stringify(found)).to.include('paid');
        expect(found).to.not.have.property('isError', true);
        const wrong = await client.callTool({ name: 'find_trace', arguments: {} });
        expect(wrong).to.deep.include({
          isError: true,
          content: [{ type: 'text', text: 'trace_id must be given, as a text that is not empty' }],
        });
      } finally {
        await client.close();
      }
    });
  }
});
