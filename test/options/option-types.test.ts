import { expect } from 'chai';
import {
  type CloudWatchLogExporterOptions,
  type CloudWatchLogRecordProcessorOptions,
  type SpoolOptions,
} from '../../src/index.js';

/** Compiles where its argument has the type; the comments below hold that wrong ones do not. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- each call names the type
const takes = <T>(_value: T): void => undefined;

describe('the types of options', () => {
  it('ask for what is required', () => {
    takes<CloudWatchLogExporterOptions>({ logGroupName: '/apps/orders' });
    // @ts-expect-error -- logGroupName is required
    takes<CloudWatchLogExporterOptions>({ concurrency: 2 });
    takes<SpoolOptions>({ directory: '/var/spool' });
    // @ts-expect-error -- directory is required
    takes<SpoolOptions>({ maxBytes: 5_000_000 });
    // @ts-expect-error -- a text is no object
    takes<CloudWatchLogExporterOptions>({ logGroupName: '/a', spool: { directory: 5 } });
    expect(takes).to.be.a('function');
  });

  it('list the words and numbers that may be given', () => {
    takes<CloudWatchLogExporterOptions['retentionInDays']>(30);
    // @ts-expect-error -- no retention of the service
    takes<CloudWatchLogExporterOptions['retentionInDays']>(31);
    takes<CloudWatchLogExporterOptions['logGroupClass']>('INFREQUENT_ACCESS');
    // @ts-expect-error -- no class of the service
    takes<CloudWatchLogExporterOptions['logGroupClass']>('CHEAP');
    takes<CloudWatchLogExporterOptions['oversize']>('split');
    // @ts-expect-error -- no way to treat a large message
    takes<CloudWatchLogExporterOptions['oversize']>('ignore');
    takes<CloudWatchLogExporterOptions['circuitBreaker']>(false);
    // @ts-expect-error -- it is on by default
    takes<CloudWatchLogExporterOptions['circuitBreaker']>(true);
  });

  it('keep the processor’s apart from the exporter’s', () => {
    takes<CloudWatchLogRecordProcessorOptions>({ logGroupName: '/a', maxQueueSize: 5, retry: {} });
    // @ts-expect-error -- of the processor alone
    takes<CloudWatchLogExporterOptions>({ logGroupName: '/a', maxQueueSize: 5 });
  });

  it('take undefined for what is not given', () => {
    takes<CloudWatchLogExporterOptions>({ logGroupName: '/a', region: undefined, spool: undefined });
  });
});
