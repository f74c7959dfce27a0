import { AsyncLocalStorage } from 'node:async_hooks';
import { type LogRecordProcessor, type ReadWriteLogRecord } from '@opentelemetry/sdk-logs';
import { contextOf } from '../lambda/invocation-context.js';
import { type Handler } from './lambda.js';

/** From OpenTelemetry's semantic conventions. Look-ups by request search it. */
const ATTR_INVOCATION_ID = 'faas.invocation_id';

/** Gives records the request id of the invocation of AWS Lambda in which they are made. */
export class InvocationIds implements LogRecordProcessor {
  readonly #ids = new AsyncLocalStorage<string>();

  /** The same handler, in whose invocations records get their id. */
  wrap(handler: Handler): Handler {
    const ids = this.#ids;
    // The runtime looks at the number of parameters, and at the symbols that mark a streaming handler: they are the handler's.
    return new Proxy(handler, {
      apply(original, self, args: never[]): unknown {
        const id: unknown = contextOf(args)?.awsRequestId;
        const run = (): unknown => Reflect.apply(original, self, args);
        return typeof id === 'string' && id !== '' ? ids.run(id, run) : run();
      },
    });
  }

  onEmit(record: ReadWriteLogRecord): void {
    const id = this.#ids.getStore();
    if (id !== undefined && record.attributes[ATTR_INVOCATION_ID] === undefined) {
      record.setAttribute(ATTR_INVOCATION_ID, id);
    }
  }

  /** Alone it takes no records: whether one is made is for the others to say. */
  enabled(): boolean {
    return false;
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}
