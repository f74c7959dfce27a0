import { expect } from 'chai';
import { type FoundSummary } from '../../../src/dashboards/answers/found.js';
import { alikeGroups } from '../../../src/dashboards/model/alike.js';
import { cliCommand } from '../../../src/dashboards/model/cli-command.js';
import { compareTraces } from '../../../src/dashboards/model/compare.js';
import { differingAttributes } from '../../../src/dashboards/model/differing-attributes.js';
import { explainNothing } from '../../../src/dashboards/model/explain-nothing.js';
import { filterRecords, NO_FILTERS } from '../../../src/dashboards/model/filters.js';
import { headlineOf } from '../../../src/dashboards/model/headline.js';
import { toMarkdown } from '../../../src/dashboards/model/markdown.js';
import { START } from '../../../src/dashboards/model/page-state.js';
import { type LogRecord } from '../../../src/dashboards/model/records.js';
import { shownText } from '../../../src/dashboards/model/shown-text.js';
import { spanRows } from '../../../src/dashboards/model/span-rows.js';
import { toRecord } from '../../../src/dashboards/model/records.js';
import { type LocalService } from '../../simulation/local-service.js';
import { askJson, handlerFor } from '../handler-for.js';
import { GATEWAY_SPAN, HEALTHY_TRACE_ID, LOG_COUNT, SPAN_COUNT, startStory, TRACE_ID } from '../story.js';

type Document = Omit<FoundSummary, 'events'> & { readonly events: Parameters<typeof toRecord>[0][] };

describe('the records of the page', () => {
  let service: LocalService;
  let records: LogRecord[];
  let healthy: LogRecord[];
  let summary: FoundSummary;

  before(async () => {
    service = await startStory();
    const handler = handlerFor(service);
    const read = async (id: string): Promise<[LogRecord[], FoundSummary]> => {
      const { events: found, ...rest } = await askJson<Document>(handler, `/api/trace/${id}`);
      return [found.map(toRecord), { ...rest, events: found.length }];
    };
    [records, summary] = await read(TRACE_ID);
    [healthy] = await read(HEALTHY_TRACE_ID);
  });
  after(() => service.stop());

  it('pass filters that name them', () => {
    const count = (filters: Partial<typeof NO_FILTERS>): number =>
      filterRecords(records, { ...NO_FILTERS, ...filters }).length;
    expect(count({})).to.equal(LOG_COUNT + SPAN_COUNT);
    expect(count({ withoutSpans: true })).to.equal(LOG_COUNT);
    expect(count({ level: 'error' })).to.equal(6);
    expect(count({ services: ['payments'] })).to.equal(3);
    expect(count({ logGroups: ['/apps/legacy'] })).to.equal(2);
    expect(count({ eventNames: ['none'] })).to.equal(0);
    expect(count({ text: ' CARD ' })).to.equal(1);
    expect(count({ span: `${TRACE_ID} ${GATEWAY_SPAN}` })).to.equal(3);
    const at = records[0]!.timeMillis;
    expect(count({ zoom: { fromMillis: at + 400, toMillis: at + 430 } })).to.equal(5);
  });

  it('have a headline', () => {
    expect(headlineOf(records, spanRows(records, 'spans'))).to.deep.equal({
      service: 'gateway',
      name: 'POST /checkout',
      status: '502',
      hasFailed: true,
    });
    const logs = records.filter(({ span }) => !span);
    expect(headlineOf(logs, spanRows(logs, 'spans'))).to.include({
      name: 'checkout started',
      hasFailed: true,
    });
    expect(headlineOf([], [])).to.equal(undefined);
  });

  it('are lanes by spans, services and groups', () => {
    expect(spanRows(records, 'spans').map(({ kind }) => kind)).to.include.members(['span', 'gap', 'rebuilt']);
    expect(spanRows(records, 'groups').map(({ label }) => label)).to.include('/apps/legacy');
    expect(spanRows(records, 'services').map(({ label }) => label)).to.include('payments');
  });

  it('are compared with those of another trace', () => {
    const rows = compareTraces(records, healthy);
    const kindOf = (text: string): string | undefined =>
      rows.find(({ here, there }) => (here ?? there)?.text === text)?.kind;
    expect(kindOf('card declined')).to.equal('onlyHere');
    expect(kindOf('card charged')).to.equal('onlyThere');
    expect(kindOf('order received')).to.equal('both');
    expect(compareTraces(records, records).every(({ kind }) => kind === 'both')).to.equal(true);
    const later = healthy.map((record) =>
      record.text === 'card charged' ? { ...record, timeMillis: record.timeMillis + 500 } : record,
    );
    expect(compareTraces(later, healthy).find(({ kind }) => kind === 'slower')).to.include({
      slowerByMillis: 500,
    });
  });

  it('are Markdown, in which no text is markup', () => {
    const text = toMarkdown(records, summary);
    expect(text).to.contain(`**trace \` ${TRACE_ID} \`**: 15 records, 6 errors`);
    expect(text).to.match(/\| \+1\.19 s \| payments \| ✗ error \| card declined \|/);
    expect(text).to.contain('```\nCardDeclined: insufficient_funds');
    const hostile = { ...records[0]!, text: '<b>|`x`| [a](b)' };
    expect(toMarkdown([hostile], summary)).to.contain('\\<b\\>\\|\\`x\\`\\| \\[a\\]\\(b\\)');
    const turned = { ...records[0]!, text: '\u202Eexe.png', service: 'a\u200Bb' };
    expect(toMarkdown([turned], summary))
      .to.contain('| a\\\\u\\{200b\\}b |')
      .and.not.contain('\u202E');
    const many = Array.from({ length: 300 }, (_, index) => ({ ...records[1]!, index }));
    expect(toMarkdown(many, summary)).to.contain('100 further records left out.');
    expect(toMarkdown([], summary)).to.equal('');
  });

  it('are Markdown that does nothing at a terminal', () => {
    // A title, a clipboard, a reset by C1, a colour, text that is turned round, an id that looks like another.
    const evil = '\u001b]0;t\u0007 \u009b2J \u001b[8m \u202egpj.exe \u200bid \u0000\u{e0041}|';
    const hostile: LogRecord = {
      ...records[0]!,
      text: evil,
      service: evil,
      isError: true,
      exception: { type: evil, message: evil, stacktrace: `Error: ${evil}\r\n\tat a (b.js:1)\u2028${evil}` },
    };
    const text = toMarkdown([hostile], {
      ...summary,
      search: { kind: 'field', field: evil, value: evil },
      leftOut: [{ logGroup: evil }],
    });
    expect(text.replace(/[\n\t]/g, '')).to.not.match(
      // eslint-disable-next-line no-control-regex
      /[\u0000-\u001f\u007f-\u009f]|\p{Bidi_Control}|[\u2028\u2029\u200b\u{e0041}]/u,
    );
    expect(text).to.contain('\\\\u\\{1b\\}\\]0;t\\\\u\\{7\\}').and.contain('\n\tat a (b.js:1)\\u{2028}');
  });

  it('have a command that finds them', () => {
    expect(cliCommand(summary)).to.match(
      new RegExp(`^otel-cwlogs trace ${TRACE_ID} --log-group /apps/gateway .*--from 2026-.*Z --to 2026-.*Z$`),
    );
    expect(cliCommand({ ...summary, endpoint: 'http://127.0.0.1:4586' })).to.contain(
      ' --endpoint http://127.0.0.1:4586 --from ',
    );
    const field = { kind: 'field', field: 'a', value: "it's" } as const;
    expect(cliCommand({ ...summary, search: field })).to.contain(`find 'a=it'\\''s'`);
    const step = { ...summary.steps[0]!, step: 'text' } as const;
    expect(cliCommand({ ...summary, steps: [step] })).to.contain(`${TRACE_ID} --full-text`);
  });

  it('are alike where they differ in numbers alone', () => {
    const legacy = records.filter(({ text }) => text.includes('ledger entry'));
    expect(alikeGroups(legacy).map((group) => group.records.length)).to.deep.equal([2]);
    expect(alikeGroups(records)).to.have.length(LOG_COUNT + SPAN_COUNT - 1);
  });

  it('show what differs from the one before, and no time and ids that stand beside them', () => {
    const named = (text: string): LogRecord => records.find((record) => record.text === text)!;
    const { differing, same } = differingAttributes(named('stock checked'), named('order received'));
    expect(differing.map(({ name }) => name)).to.deep.equal(['in_stock']);
    expect(same.map(({ name }) => name)).to.include('customer');
    const legacy = records.find(({ text }) => text.includes('4711'))!;
    expect(shownText(legacy)).to.equal('ledger entry 4711 written');
    expect(shownText({ message: '', text: '2026-03-01T00:00:00Z INFO', severityText: 'INFO' })).to.equal(
      '2026-03-01T00:00:00Z INFO',
    );
  });

  it('are explained where there are none', () => {
    const nothing = { ...summary, logGroups: [] };
    const { reasons, remedies } = explainNothing(nothing, { ...START, groups: ['/a'] });
    expect(reasons.join(' ')).to.contain('No log group').and.contain('not anywhere in the text');
    expect(remedies.map(({ label }) => label)).to.deep.equal([
      'Search the full text (scans everything)',
      'Search all log groups',
      'Look at the last day',
    ]);
    const field = { ...summary, search: { kind: 'field', field: 'a', value: 'b' } } as const;
    expect(explainNothing(field, START).reasons.join(' ')).to.contain('letter by letter');
    const strange = { ...summary, search: { kind: 'trace', value: 'abc' } } as const;
    expect(explainNothing(strange, START).reasons.join(' ')).to.contain('no trace id');
    const seconds = Math.floor(Date.now() / 1000) - 86_400;
    const xray = { kind: 'trace', value: `1-${seconds.toString(16)}-${'0'.repeat(24)}` } as const;
    const range = { fromMillis: Date.now() - 3_600_000, toMillis: Date.now() };
    expect(explainNothing({ ...summary, ...range, search: xray }, START).remedies[0]!.label).to.equal(
      'Look there',
    );
  });
});
