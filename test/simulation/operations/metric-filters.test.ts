import {
  CreateLogGroupCommand,
  DeleteMetricFilterCommand,
  DescribeLogGroupsCommand,
  DescribeMetricFiltersCommand,
  type DescribeMetricFiltersCommandInput,
  FilterLogEventsCommand,
  PutMetricFilterCommand,
  type PutMetricFilterCommandInput,
  TestMetricFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';

import { failure, LocalService, START } from '../local-service.js';

const GROUP = '/app';
const TRANSFORMATION = { metricName: 'errors', metricNamespace: 'App', metricValue: '1' };

describe('metric filters', () => {
  let service: LocalService;

  beforeEach(async () => {
    service = await LocalService.start();
    await service.createStream(GROUP);
  });
  afterEach(() => service.stop());

  const put = (filterName: string, more: Partial<PutMetricFilterCommandInput> = {}) =>
    service.client.send(
      new PutMetricFilterCommand({
        logGroupName: GROUP,
        filterName,
        filterPattern: 'ERROR',
        metricTransformations: [TRANSFORMATION],
        ...more,
      }),
    );
  const describe_ = (input: DescribeMetricFiltersCommandInput = {}) =>
    service.client.send(new DescribeMetricFiltersCommand(input));
  const names = async (input: DescribeMetricFiltersCommandInput = {}) =>
    (await describe_(input)).metricFilters!.map(({ filterName }) => filterName);

  it('are described, counted at the group, replaced and deleted', async () => {
    await put('b');
    await put('a', {
      filterPattern: '{ $.status = 5* }',
      metricTransformations: [{ ...TRANSFORMATION, metricName: 'fives' }],
    });
    expect((await describe_({ logGroupName: GROUP })).metricFilters![1]).to.deep.equal({
      applyOnTransformedLogs: false,
      creationTime: START,
      filterName: 'b',
      filterPattern: 'ERROR',
      logGroupName: GROUP,
      metricTransformations: [TRANSFORMATION],
    });
    const { logGroups } = await service.client.send(new DescribeLogGroupsCommand());
    expect(logGroups![0]!.metricFilterCount).to.equal(2);
    await put('b', { filterPattern: '' });
    const remove = () =>
      service.client.send(new DeleteMetricFilterCommand({ logGroupName: GROUP, filterName: 'b' }));
    await remove();
    expect((await failure(remove())).name).to.equal('ResourceNotFoundException');
    expect(await names()).to.deep.equal(['a']);
  });

  it('have dimensions where the pattern extracts what they are of', async () => {
    const withDimensions = (filterPattern: string, selector: string) =>
      put('x', {
        filterPattern,
        metricTransformations: [{ ...TRANSFORMATION, dimensions: { a: selector } }],
      });
    await withDimensions('{ $.a = * }', '$.a');
    await withDimensions('[a, b]', '$a');
    for (const pattern of ['ERROR', '"a phrase"', '%re%', '']) {
      expect(await failure(withDimensions(pattern, '$.a'))).to.deep.equal({
        name: 'InvalidParameterException',
        message: 'The specified filter pattern does not support dimensions',
      });
    }
  });

  describe('with transformations that the service refuses', () => {
    const SELECTOR = 'Invalid metric transformation: dimension value must be valid selector';
    const DIMENSIONS =
      'Number of dimensions exceeds the maximum number of dimensions supported per metric filter';
    const DEFAULT =
      'Invalid metric transformation: dimensions and default value are mutually exclusive properties';
    const JSON_PATTERN = '{ $.items[*].value = * }';
    const FIELDS_PATTERN = '[ip, user, bytes]';
    const a = (value: string) => ({ dimensions: { a: value } });
    const number = (value: string) =>
      `Invalid metric transformation: metric value ${value} must be a valid number`;
    const value = (metricValue: string) => [{ metricValue }, number(metricValue)] as const;
    const rows: [string, readonly (readonly [object, string])[]][] = [
      [
        JSON_PATTERN,
        [
          ...[
            'literal',
            '"literal"',
            '$.items[*].bucket',
            '$.*',
            '$',
            '$.',
            '$name',
            '.a',
            '$.a b',
            '$.a = 1',
            '',
          ].map((text) => [a(text), SELECTOR] as const),
          [{ dimensions: { a: '$.a', b: 'x' } }, SELECTOR],
          ...[
            '$.items[*].value',
            '$.*',
            '$.a[*]',
            '$',
            '$bytes',
            'one',
            ' ',
            '',
            '1 ',
            '0x10',
            'Infinity',
            '1,5',
          ].map(value),
          [{ dimensions: { a: '$.a', b: '$.b', c: '$.c', d: '$.d' } }, DIMENSIONS],
          [{ ...a('$.a'), defaultValue: 0 }, DEFAULT],
          [{ metricNamespace: 'AWS/Custom' }, 'Metric namespaces starting with AWS/ are reserved for AWS.'],
          [{ metricNamespace: 'AWS/' }, 'Metric namespaces starting with AWS/ are reserved for AWS.'],
        ],
      ],
      [
        FIELDS_PATTERN,
        [
          ...['literal', 'ip', '$.ip', '$', '$ip*', '$a b'].map((text) => [a(text), SELECTOR] as const),
          ...['$.bytes', 'bytes', '$'].map(value),
        ],
      ],
      ['ERROR', ['$.size', '$size', 'many'].map(value)],
    ];
    for (const [filterPattern, wrongs] of rows) {
      for (const [more, message] of wrongs) {
        it(`${filterPattern}: ${JSON.stringify(more)}`, async () => {
          const sent = put('x', { filterPattern, metricTransformations: [{ ...TRANSFORMATION, ...more }] });
          expect(await failure(sent)).to.deep.equal({ name: 'InvalidParameterException', message });
        });
      }
    }

    it('takes selectors of one field, numbers and namespaces of others', async () => {
      const taken: [string, object][] = [
        [JSON_PATTERN, { ...a('$.items[0].bucket'), metricValue: '$.items[0].value' }],
        [JSON_PATTERN, { ...a("$.['a.b']"), metricValue: '-1.5e-3' }],
        [FIELDS_PATTERN, { ...a('$user'), metricValue: '$bytes' }],
        [FIELDS_PATTERN, { ...a('$2'), metricValue: '+2' }],
        ['ERROR', { metricValue: '.5', defaultValue: 0, metricNamespace: 'AWSome/AWS/x' }],
        ['ERROR', { metricNamespace: 'aws/x' }],
      ];
      for (const [filterPattern, more] of taken) {
        await put('x', { filterPattern, metricTransformations: [{ ...TRANSFORMATION, ...more }] });
      }
    });

    it('counts system fields as dimensions, and names those that there are', async () => {
      const three = {
        filterPattern: JSON_PATTERN,
        metricTransformations: [{ ...TRANSFORMATION, dimensions: { a: '$.a', b: '$.b' } }],
      };
      const emitSystemFieldDimensions = ['@aws.region', '@aws.account'];
      expect((await failure(put('x', { ...three, emitSystemFieldDimensions }))).message).to.equal(DIMENSIONS);
      const withDefault = [{ ...TRANSFORMATION, defaultValue: 0 }];
      expect(
        (await failure(put('x', { metricTransformations: withDefault, emitSystemFieldDimensions }))).message,
      ).to.equal(DEFAULT);
      for (const wrong of [['@nonsense'], ['@aws.region', 'aws.account'], ['@source']]) {
        expect((await failure(put('x', { emitSystemFieldDimensions: wrong }))).message).to.equal(
          'The provided system fields are invalid. The supported system fields are - [@aws.region, @aws.account, @source.log]',
        );
      }
      for (const fieldSelectionCriteria of [
        '@aws.region',
        'nonsense',
        '@message = "x"',
        '@aws.region == "x"',
      ]) {
        expect((await failure(put('x', { fieldSelectionCriteria }))).message).to.equal(
          'The provided field selection criteria is invalid',
        );
      }
    });
  });

  it('take a namespace with a colon, as the service does', async () => {
    const metricNamespace = 'A.B-c_d/1#2:errors';
    await put('a', { metricTransformations: [{ ...TRANSFORMATION, metricNamespace }] });
    expect(await names({ metricName: 'errors', metricNamespace })).to.deep.equal(['a']);
    const starred = put('b', { metricTransformations: [{ ...TRANSFORMATION, metricNamespace: 'a*' }] });
    expect((await failure(starred)).name).to.equal('InvalidParameterException');
  });

  it('are found over all groups, by prefix and by metric, in pages', async () => {
    await service.client.send(new CreateLogGroupCommand({ logGroupName: '/other' }));
    for (const name of ['c', 'a', 'b']) await put(name);
    await put('b', {
      logGroupName: '/other',
      metricTransformations: [{ ...TRANSFORMATION, metricNamespace: 'Other' }],
    });
    expect(await names()).to.deep.equal(['a', 'b', 'b', 'c']);
    expect(await names({ logGroupName: GROUP, filterNamePrefix: 'b' })).to.deep.equal(['b']);
    expect(await names({ metricName: 'errors', metricNamespace: 'Other' })).to.deep.equal(['b']);
    expect((await failure(describe_({ metricName: 'errors' }))).name).to.equal('InvalidParameterException');
    expect((await failure(describe_({ logGroupName: '/none' }))).name).to.equal('ResourceNotFoundException');
    const first = await describe_({ limit: 3 });
    expect(await names({ nextToken: first.nextToken })).to.deep.equal(['c']);
  });

  it('refuse patterns and transformations that are none', async () => {
    const refusal = async (filterPattern: string) => (await failure(put('x', { filterPattern }))).message;
    expect(await refusal('{ $.a }')).to.equal('Invalid metric filter pattern');
    expect(await refusal('{ $.a')).to.equal("If a filter pattern starts with '{' it must end with '}'");
    expect(await refusal('level:error')).to.equal("Invalid character(s) in term ':'");
    const filterPattern = '{ $.size = * }';
    const transformed = (more: object) =>
      put('x', { filterPattern, metricTransformations: [{ ...TRANSFORMATION, ...more }] });
    const four = { a: '$.a', b: '$.b', c: '$.c', d: '$.d' };
    for (const wrong of [
      { metricValue: 'one' },
      { metricValue: ' ' },
      { dimensions: four },
      { dimensions: { a: '$.a' }, defaultValue: 0 },
    ]) {
      expect((await failure(transformed(wrong))).name).to.equal('InvalidParameterException');
    }
    await transformed({ metricValue: '$.size', dimensions: { a: '$.a', b: '$.b', c: '$.c' } });
    const three = {
      filterPattern,
      metricTransformations: [{ ...TRANSFORMATION, dimensions: { a: '$.a', b: '$.b' } }],
    };
    await put('x', { ...three, emitSystemFieldDimensions: ['@aws.region'] });
    for (const wrong of [
      { ...three, emitSystemFieldDimensions: ['@aws.region', '@aws.account'] },
      { emitSystemFieldDimensions: ['@nonsense'] },
      { fieldSelectionCriteria: '@aws.region' },
    ]) {
      expect((await failure(put('x', wrong))).name).to.equal('InvalidParameterException');
    }
    const two = failure(put('x', { metricTransformations: [TRANSFORMATION, TRANSFORMATION] }));
    expect((await two).message).to.equal(
      "1 validation error detected: Value '[MetricTransformation(metricName=errors, metricNamespace=App, metricValue=1, defaultValue=null, unit=null, dimensions=null), MetricTransformation(metricName=errors, metricNamespace=App, metricValue=1, defaultValue=null, unit=null, dimensions=null)]' at 'metricTransformations' failed to satisfy constraint: Member must have length less than or equal to 1",
    );
    await service.client.send(
      new CreateLogGroupCommand({ logGroupName: '/rare', logGroupClass: 'INFREQUENT_ACCESS' }),
    );
    expect((await failure(put('x', { logGroupName: '/rare' }))).name).to.equal('InvalidOperationException');
    expect((await failure(put('x', { logGroupName: '/none' }))).name).to.equal('ResourceNotFoundException');
  });

  it('are a hundred a group, five of them with a regular expression', async () => {
    for (let count = 0; count < 5; count++) await put(`r${count}`, { filterPattern: '%E.R%' });
    expect((await failure(put('r5', { filterPattern: '%E.R%' }))).name).to.equal('LimitExceededException');
    await put('r4', { filterPattern: '%E..%' });
    for (let count = 5; count < 100; count++) await put(`f${count}`);
    expect(await failure(put('more'))).to.deep.equal({
      name: 'LimitExceededException',
      message: 'Resource limit exceeded.',
    });
  });

  it('are tried with TestMetricFilter', async () => {
    const test = async (filterPattern: string, logEventMessages: string[]) =>
      (await service.client.send(new TestMetricFilterCommand({ filterPattern, logEventMessages }))).matches;
    expect(await test('ERROR -fine', ['ok', 'ERROR 1', 'ERROR fine'])).to.deep.equal([
      { eventNumber: 2, eventMessage: 'ERROR 1', extractedValues: {} },
    ]);
    expect(await test('[ip, code=5*]', ['1.2.3.4 500', '1.2.3.4 200'])).to.deep.equal([
      { eventNumber: 1, eventMessage: '1.2.3.4 500', extractedValues: { $ip: '1.2.3.4', $code: '500' } },
    ]);
    const refusal = async (pattern: string) => (await failure(test(pattern, ['x']))).message;
    expect(await refusal('{ $.a == 1 }')).to.equal('Invalid metric filter pattern');
    expect(await refusal('[')).to.equal("If a filter pattern starts with '[' it must end with ']'");
    expect(await refusal('[n, n]')).to.equal("Duplicate field 'n'");
    expect(await refusal('%a% %b% %c%')).to.equal(
      'Your input has exceeded the maximum of 2 regular expressions per filter pattern.',
    );
    expect(await test('{ $.v = 1.0* }', ['{"v":1.0}', '{"v":1}'])).to.deep.equal([
      { eventNumber: 1, eventMessage: '{"v":1.0}', extractedValues: { '$.v': '1.0' } },
    ]);
    expect((await failure(test('', []))).name).to.equal('InvalidParameterException');
  });

  it('are refused with the reason and its place for who runs the service', async () => {
    const warnings: string[] = [];
    const telling = await LocalService.start({ onWarning: (warning) => warnings.push(warning) });
    const sent = telling.client.send(
      new TestMetricFilterCommand({ filterPattern: '{ $.a == 1 }', logEventMessages: ['x'] }),
    );
    expect((await failure(sent)).message).to.equal('Invalid metric filter pattern');
    await telling.stop();
    expect(warnings).to.deep.equal([
      "the filter pattern \"{ $.a == 1 }\" was refused: The operator '==' is not supported: use '=' (at position 6)",
    ]);
  });

  it('share their patterns with FilterLogEvents', async () => {
    await service.put(GROUP, [
      [-3, '{"level":"error","n":1}'],
      [-2, '{"level":"info","n":2}'],
      [-1, 'plain error'],
    ]);
    const filter = async (filterPattern: string) =>
      (
        await service.client.send(new FilterLogEventsCommand({ logGroupName: GROUP, filterPattern }))
      ).events!.map(({ timestamp }) => timestamp! - START);
    expect(await filter('error')).to.deep.equal([-3, -1]);
    expect(await filter('{ $.n > 1 }')).to.deep.equal([-2]);
    expect((await failure(filter('{ $.n > }'))).message).to.equal('Invalid filter pattern');
    expect((await failure(filter('{ $.n >'))).message).to.equal(
      "If a filter pattern starts with '{' it must end with '}'",
    );
    expect((await failure(filter('?Status: timeout'))).message).to.equal("Invalid character(s) in term ':'");
    expect((await failure(filter('""'))).message).to.equal(
      `Invalid filter pattern: Invalid character(s) in term '""'`,
    );
    expect(await filter('" "')).to.deep.equal([-3, -2, -1]);
  });
});
