import { expect } from 'chai';
import { OptionError } from '../../../src/cloudwatch/errors.js';
import { CorrelationEngine, correlationQuery } from '../../../src/insights/index.js';
import { LocalService } from '../../simulation/local-service.js';

const TRACE_ID = '5b8efff798038103d269b633813fc60c';
const XRAY_ID = '1-5b8efff7-98038103d269b633813fc60c';

describe('correlationQuery', () => {
  it('is the text of each step of a look-up', () => {
    const filter = correlationQuery({ trace: XRAY_ID });
    expect(filter).to.match(/^fields @timestamp, @message, @logStream, @log, @ingestionTime\n\| filter /);
    expect(filter)
      .to.contain(`trace_id in ["${TRACE_ID}", "${XRAY_ID}"`)
      .and.to.contain('or traceId in [')
      .and.to.match(/\| sort @timestamp desc$/);
    expect(correlationQuery({ trace: TRACE_ID }, { step: 'index' })).to.contain(
      `filterIndex trace_id in ["${TRACE_ID}", "${XRAY_ID}"`,
    );
    expect(correlationQuery({ span: 'a'.repeat(16) }, { step: 'index', field: 'spanId' })).to.contain(
      'filterIndex spanId in ["aaaaaaaaaaaaaaaa"',
    );
    expect(correlationQuery({ request: 'r-1' }, { step: 'text', limit: 5 }))
      .to.contain('@message like "r-1"')
      .and.to.match(/\| limit 5$/);
    expect(correlationQuery({ trace: 'x' }, { fields: ['correlation-id'] })).to.contain(
      '`correlation-id` in ["x"]',
    );
  });

  it('looks for a value of a field as it is stored', () => {
    expect(correlationQuery({ field: 'order.id', value: 7 })).to.contain(
      'filter order.id in ["7"] or attributes.order.id in ["7"]',
    );
    expect(correlationQuery({ field: 'paid', value: true })).to.contain('paid in ["1", "true"]');
    expect(correlationQuery({ field: 'a', value: '" or 1 = 1 or "' })).to.contain(`a in ['" or 1 = 1 or "']`);
  });

  it('knows errors', () => {
    expect(correlationQuery({ errors: true })).to.contain('severity_number >= 17');
    expect(() => correlationQuery({ errors: true }, { step: 'index' })).to.throw(OptionError);
  });

  it('refuses what looks for nothing', () => {
    for (const subject of [{}, { trace: '' }, { request: 7 }, { field: '', value: 'x' }]) {
      expect(() => correlationQuery(subject as never), JSON.stringify(subject)).to.throw(OptionError);
    }
    expect(() => correlationQuery({ trace: 'x' }, { step: 'fresh' as never })).to.throw(OptionError, 'step');
    expect(() => correlationQuery({ trace: 'x' }, { limits: 1 } as never)).to.throw(OptionError, 'limit');
  });
});

describe('reports of steps', () => {
  let service: LocalService;
  before(async () => {
    service = await LocalService.start();
    await service.createStream('/apps/a');
  });
  after(() => service.stop());

  it('hold the query that was run', async () => {
    const engine = new CorrelationEngine({
      client: service.client,
      logGroups: ['/apps/a'],
      clock: () => service.time,
    });
    const { steps } = await engine.correlateByTrace(TRACE_ID);
    expect(steps.map(({ step, query }) => [step, query])).to.deep.equal([
      ['index', correlationQuery({ trace: TRACE_ID }, { step: 'index', field: 'traceId' })],
      ['filter', correlationQuery({ trace: TRACE_ID })],
      ['fresh', undefined],
      ['older', undefined],
    ]);
  });
});
