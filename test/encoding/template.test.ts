import { hostname } from 'node:os';
import { expect } from 'chai';
import {
  fillTemplate,
  MISSING,
  missingSentence,
  parseTemplate,
  TemplateError,
} from '../../src/encoding/template.js';

const source = {
  resource: {
    attributes: { 'service.name': 'orders', k8s: { pod: { name: 'p-1' } }, n: 7, list: ['x'], empty: '' },
  },
  attributes: { tenant: 'acme', 'user.id': 42, path: 'a/b', nested: { 'deep.er': { x: true } } },
  timestamp: Date.UTC(2026, 0, 2, 3, 4, 5),
} as unknown as Parameters<typeof fillTemplate>[1];

const fill = (text: string): string => fillTemplate(parseTemplate(text), source);

describe('fillTemplate', () => {
  it('leaves plain text alone', () => {
    expect(fill('/apps/orders')).to.equal('/apps/orders');
    expect(fill('a{{b}}c')).to.equal('a{b}c');
  });

  it('takes resource attributes by plain name, record attributes by prefix', () => {
    expect(fill('/apps/{service.name}/{attributes.tenant}')).to.equal('/apps/orders/acme');
    expect(fill('{resource.service.name}-{attributes.user.id}')).to.equal('orders-42');
    expect(fill('{resource.tenant}')).to.equal(MISSING);
  });

  it('finds nested attributes', () => {
    expect(fill('{k8s.pod.name} {attributes.nested.deep.er.x}')).to.equal('p-1 true');
    expect(fill('{k8s.pod.uid} {attributes.tenant.x}')).to.equal(`${MISSING} ${MISSING}`);
  });

  it('takes the first alternative with a value', () => {
    expect(fill("{service.instance.id | resource.empty | service.name | 'x'}")).to.equal('orders');
    expect(fill("{service.instance.id|'none'}")).to.equal('none');
    expect(fill('{service.instance.id|resource.list}')).to.equal(MISSING);
    expect(fill('{resource.n}')).to.equal('7');
  });

  it('writes dates of the event in UTC', () => {
    expect(fill('{yyyy-mm-dd}')).to.equal('2026-01-02');
    expect(fill('{YYYY/MM/DD/HH} {yyyymmdd} {hh}')).to.equal('2026/01/02/03 20260102 03');
    const late = { ...source, timestamp: 8.65e15 };
    expect(fillTemplate(parseTemplate('{yyyy}'), late)).to.equal('1970');
    expect(fillTemplate(parseTemplate('{yyyy}'), { ...source, timestamp: 8.64e15 })).to.equal('+275760');
  });

  it('knows the host and the process', () => {
    expect(fill('{hostname}-{pid}')).to.equal(`${hostname()}-${process.pid}`);
  });

  it('leaves the path out of the name that OpenTelemetry gives a service without one', () => {
    const nameOf = (name: string): string =>
      fillTemplate(parseTemplate('{service.name}'), {
        ...source,
        resource: { attributes: { 'service.name': name } },
      });
    for (const called of ['node', '/usr/bin/node', 'C:\\Program Files\\nodejs\\node', './bin\n/node'])
      expect(nameOf(`unknown_service:${called}`)).to.equal('unknown_service:node');
    expect(nameOf('shop/unknown_service:a/b')).to.equal('shop/unknown_service:a/b');
    expect(nameOf('unknown_service/a')).to.equal('unknown_service/a');
  });

  it('lets record data add no level to a name', () => {
    expect(fill('/apps/{attributes.path}')).to.equal('/apps/a_b');
  });
});

describe('missingSentence', () => {
  const say = (
    text: string,
    attributes: unknown = { 'service.name': 'orders', 'team.name': 'a' },
  ): string => {
    const said: string[] = [];
    const template = parseTemplate(text);
    fillTemplate(template, { ...source, resource: { attributes: {} } }, (placeholder) => {
      said.push(missingSentence('logGroupName', template, placeholder, attributes));
    });
    return said.join();
  };

  it('names the placeholder and the attribute that is most likely meant', () => {
    expect(say('/apps/{service.nam}')).to.equal(
      'logGroupName is /apps/{service.nam}, and the resource has nothing for {service.nam}, so that "unknown" ' +
        'stands in its place; did you mean {service.name}?',
    );
    expect(say('/{deployment.enviroment.name}', undefined)).to.contain(
      'did you mean {deployment.environment.name}?',
    );
    expect(say('/{teams.name}')).to.contain('did you mean {team.name}?');
  });

  it('offers a default where nothing is near', () => {
    expect(say('/{service.name}')).to.contain("a default can be given: {service.name|'none'}");
    expect(say('/a{attributes.customer}')).to.contain('a record has nothing for {attributes.customer}');
  });
});

describe('parseTemplate', () => {
  it('refuses what nothing can ever fill, with what is right', () => {
    for (const [text, right] of [
      ['/{attribute.tenant}', 'use {attributes.tenant} where {attribute.tenant} stands'],
      ['/{Attributes.tenant}', 'use {attributes.tenant}'],
      ['/{resources.service.name}', 'use {resource.service.name}'],
      ['/{body.user.id}', 'names are made of {attributes.…}'],
      ['/{env.STAGE}', '{resource.env.STAGE}'],
      ['/{service.}', 'name an attribute'],
      ['/{.name}', 'name an attribute'],
      ['/{attributes.}', 'name an attribute'],
      ['/{resource.a..b}', 'name an attribute'],
    ] as const) {
      expect(() => parseTemplate(text), text).to.throw(TemplateError, right);
    }
    expect(parseTemplate('/{resource.body.id}').usesResource).to.equal(true);
  });

  it('says what comes from where', () => {
    expect(parseTemplate('/a/{x.y}')).to.include({
      usesRecord: false,
      usesResource: true,
      startsWithRecord: false,
    });
    expect(parseTemplate('/a/{attributes.x}')).to.include({ usesRecord: true, startsWithRecord: false });
    expect(parseTemplate('{service.name|attributes.x}')).to.include({
      usesRecord: true,
      startsWithRecord: true,
    });
    expect(parseTemplate('{yyyy}/x')).to.include({ usesRecord: false, usesResource: false });
  });

  for (const [text, message] of [
    ['/a/{x', /close the "\{" at character 4/],
    ['/a/x}', /"\{" before each "\}" \(at character 5\)/],
    [
      '{foo}',
      /known \(hostname, pid, yyyy, mm, dd, hh\), not "\{foo\}".*\{resource\.foo\} or \{attributes\.foo\}/,
    ],
    ['/a/{hostnam}', /did you mean \{hostname\}\?/],
    ["{service.name|foo|'x'}", /not "\{foo\}"/],
    ['{}', /name an attribute/],
    ['{a.b||c.d}', /name an attribute/],
    ["{'x}", /close the default/],
    ["{''}", /close the default/],
    ['{a b}', /not "a b"/],
  ] as const) {
    it(`refuses ${text}`, () => {
      expect(() => parseTemplate(text)).to.throw(TemplateError, message);
    });
  }
});
