import { expect } from 'chai';
import { DESTINATION_IDLE_MILLIS, Destinations } from '../../src/exporter/destinations.js';
import { parseTemplate } from '../../src/exporter/template.js';
import { NOW, record, RESOURCE } from './records.js';

function destinations(
  group: string,
  stream: string,
  maxDestinations = 10,
): { of: Destinations; clock: { now: number } } {
  const clock = { now: 0 };
  const settings = {
    logGroupName: parseTemplate(group),
    logStreamName: parseTemplate(stream),
    maxDestinations,
  };
  return { of: new Destinations(settings, () => clock.now), clock };
}

describe('Destinations', () => {
  it('gives the same object for the same names', () => {
    const { of } = destinations('/apps/{service.name}', '{yyyy-mm-dd}');
    const first = of.of(record(), NOW);
    expect(first).to.deep.equal({ logGroupName: '/apps/orders', logStreamName: '2026-11-21' });
    expect(of.of(record(), NOW + 1)).to.equal(first);
  });

  it('makes values fit for names', () => {
    const { of } = destinations('/apps/{attributes.a}', '{attributes.a}');
    const found = of.of(record({ attributes: { a: 'ä:b*c d' } }), NOW);
    expect(found).to.deep.equal({ logGroupName: '/apps/__b_c_d', logStreamName: 'ä_b_c d' });
    const long = of.of(record({ attributes: { a: 'x'.repeat(2000) } }), NOW);
    expect([long!.logGroupName.length, long!.logStreamName.length]).to.deep.equal([512, 512]);
  });

  it('refuses destinations beyond the bound, until one has been idle for an hour', () => {
    const { of, clock } = destinations('/g', '{attributes.a}', 2);
    const get = (a: string): string | undefined => of.of(record({ attributes: { a } }), NOW)?.logStreamName;
    expect([get('a'), get('b'), get('c'), get('a')]).to.deep.equal(['a', 'b', undefined, 'a']);
    clock.now = DESTINATION_IDLE_MILLIS - 1;
    expect([get('c'), get('a')]).to.deep.equal([undefined, 'a']);
    clock.now = DESTINATION_IDLE_MILLIS;
    expect([get('c'), get('b'), get('a')]).to.deep.equal(['c', undefined, 'a']);
  });

  it('tells a destination ahead where no record data is in it', () => {
    expect(destinations('/g', '{yyyy-mm-dd}').of.ahead(undefined, NOW)).to.deep.equal({
      logGroupName: '/g',
      logStreamName: '2026-11-21',
    });
    expect(destinations('/g', '{service.name}').of.ahead(undefined, NOW)).to.equal(undefined);
    expect(destinations('/{service.name}', 's').of.ahead(undefined, NOW)).to.equal(undefined);
    expect(destinations('/{service.name}', 's').of.ahead(RESOURCE, NOW)).to.include({
      logGroupName: '/orders',
    });
    expect(destinations('/g', '{attributes.a}').of.ahead(RESOURCE, NOW)).to.equal(undefined);
  });
});
