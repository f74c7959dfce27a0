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
    expect((await failure(put('x', { filterPattern: '{ $.a' }))).message).to.match(
      /^Invalid metric filter pattern/,
    );
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
    expect((await failure(test('{', ['x']))).message).to.match(/^Invalid metric filter pattern/);
    expect((await failure(test('', []))).name).to.equal('InvalidParameterException');
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
    expect((await failure(filter('{ $.n >'))).message).to.match(/^Invalid filter pattern/);
  });
});
