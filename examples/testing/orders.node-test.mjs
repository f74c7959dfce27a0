import { after, before, beforeEach, it } from 'node:test';
import { expectRecords, localLogsFixture } from 'opentelemetry-cloudwatch-logs/simulation';
import { logTo } from './log-to.mjs';
import { createOrders } from './orders.mjs';

const logs = localLogsFixture({ beforeAll: before, beforeEach, afterAll: after });

it('tells of a payment that failed', async () => {
  const provider = logTo(logs.local);

  createOrders(provider.getLogger('orders')).pay(42, 'declined');
  await provider.shutdown();

  const records = expectRecords(logs.local, { logGroupName: '/apps/orders' });
  await records.toHaveCount(2);
  await records.toContain({
    severity_text: 'ERROR',
    attributes: { 'order.id': 42, 'exception.type': /Declined$/ },
  });
  await records.inOrder([{ body: 'charging card' }, { body: 'payment failed' }]);
});

it('begins with an empty service', async () => {
  const provider = logTo(logs.local);

  createOrders(provider.getLogger('orders')).pay(43, 'ok');
  await provider.shutdown();

  const records = expectRecords(logs.local, { logGroupName: '/apps/orders' });
  await records.toHaveCount(1);
  await records.toHaveNone({ severity_text: 'ERROR' });
});
