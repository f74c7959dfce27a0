import { setImmediate as nextTurn } from 'node:timers/promises';
import { context, diag, DiagLogLevel } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { LoggerProvider, type LogRecordProcessor } from '@opentelemetry/sdk-logs';
import { expect } from 'chai';
import { QueueingProcessor } from '../../src/exporter/queueing-processor.js';
import { readExporterOptions, readProcessorOptions } from '../../src/options/options.js';
import { ExporterCore } from '../../src/exporter/exporter-core.js';
import { fakeClient, FakeDelivery } from '../encoding/records.js';
import { sdkBatchProcessor, sdkSimpleProcessor } from './sdk-processors.js';

const options = { logGroupName: '/g', logStreamName: 's', client: fakeClient() };

function refusing(): FakeDelivery {
  const delivery = new FakeDelivery();
  delivery.mode = 'lose';
  return delivery;
}

const exporter = (): ExporterCore =>
  new ExporterCore(readExporterOptions(options, {}), { createDelivery: refusing().create });

const PROCESSORS: Record<string, () => LogRecordProcessor> = {
  'our processor': () =>
    new QueueingProcessor(readProcessorOptions(options, {}), { createDelivery: refusing().create }),
  'a BatchLogRecordProcessor': () => sdkBatchProcessor(exporter()),
  'a SimpleLogRecordProcessor': () => sdkSimpleProcessor(exporter()),
};

describe('diagnostics that the application logs through the same provider, while the service refuses', () => {
  afterEach(() => {
    diag.disable();
    context.disable();
  });

  for (const [what, processor] of Object.entries(PROCESSORS)) {
    for (const manager of ['a', 'no']) {
      it(`do not feed on themselves with ${what} and ${manager} context manager`, async () => {
        if (manager === 'a') {
          context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
        }
        const provider = new LoggerProvider({ processors: [processor()] });
        const logger = provider.getLogger('app');
        const said: string[] = [];
        const say = (message: string): void => {
          said.push(message);
          logger.emit({ body: message });
        };
        const silent = (): void => undefined;
        diag.setLogger(
          { error: say, warn: say, info: silent, debug: silent, verbose: silent },
          { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
        );
        logger.emit({ body: 'an order' });
        for (let round = 0; round < 30; round++) {
          await provider.forceFlush();
          await nextTurn();
        }
        expect(said.length).to.be.at.least(1).and.at.most(4);
        expect(said.join()).to.include('delivery_failed');
        diag.disable();
        await provider.shutdown();
      });
    }
  }
});
