import { expect } from 'chai';
import {
  lookUpState,
  type PageState,
  readPageState,
  START,
  writePageState,
} from '../../../src/dashboards/model/page-state.js';
import { readSearch } from '../../../src/dashboards/model/search-text.js';
import { ID_FORMS } from '../story.js';

const read = (address: string): PageState => {
  const url = new URL(address, 'http://localhost');
  return readPageState(url.pathname, url.searchParams);
};

describe('the address of the page', () => {
  it('says all that is shown, and is read as what was written', () => {
    const whole: PageState = {
      view: 'look-up',
      search: { kind: 'field', field: 'attributes.a/b', value: 'c & d?' },
      from: '3h',
      to: '2026-11-21T07:00:00Z',
      groups: ['/apps/*', '/a'],
      fullText: true,
      zone: 'local',
      filters: {
        level: 'warn',
        services: ['a', 'b,c'],
        logGroups: ['/g'],
        eventNames: ['e'],
        text: 'q q',
        span: 't s',
        withoutSpans: true,
      },
      zoom: { fromMillis: -1.5, toMillis: 20.125 },
      lanes: 'groups',
      timeBase: 'previous',
      alike: true,
      compare: 'x',
      same: true,
      at: 'mbx1-a',
      open: ['mbx1-a', 'mbx2-b.1'],
      unfolded: ['a1'],
      folded: ['t s', 'orders'],
    };
    expect(read(writePageState(whole))).to.deep.equal(whole);
    expect(writePageState(START)).to.equal('/');
    for (const path of ['/', '/live', '/search/a%2Fb', '/trace/1', '/span/1', '/request/1', '/text/a%20b']) {
      expect(writePageState(read(path))).to.equal(path);
    }
  });

  it('counts what it does not understand as not said', () => {
    for (const path of ['/x', '/trace', '/field/a', '/%']) {
      expect(read(path).view, path).to.equal('start');
    }
    expect(read('/trace/%E0%A4%A').search).to.deep.equal({ kind: 'trace', value: '%E0%A4%A' });
    const strange = read(
      '/live?level=loud&zone=mars&lanes=x&relative=y&zoom=5~1&spans=no&alike=1&fullText=1',
    );
    expect(writePageState(strange)).to.equal('/live');
    expect(read('/live?zoom=1e9~2').zoom).to.equal(undefined);
  });

  it('keeps groups, range and zone for another look-up, and no filter', () => {
    const state = read('/trace/1?from=1d&groups=/a&zone=local&level=error&zoom=1~2');
    const other = writePageState(lookUpState(state, { kind: 'span', value: '2' }));
    expect(other).to.equal('/span/2?from=1d&groups=%2Fa&zone=local');
  });
});

describe('readSearch', () => {
  const kindsOf = (text: string): string[] =>
    readSearch(text).map(({ kind, field, value }) => [kind, field, value].filter(Boolean).join(' '));

  it('knows a trace by every form of its id', () => {
    for (const form of ID_FORMS) {
      expect(
        readSearch(form).map(({ kind }) => kind),
        form,
      ).to.include('trace');
    }
  });

  it('says what a text may mean, the likeliest first', () => {
    expect(kindsOf('  ')).to.deep.equal([]);
    expect(kindsOf('00F067AA0BA902B7')).to.deep.equal(['span 00f067aa0ba902b7']);
    const id = 'c6af9ac6-7b61-41e6-9a41-93e8deadbeef';
    expect(kindsOf(id)).to.deep.equal([`request ${id}`, `trace ${id}`]);
    expect(kindsOf('item = "lamp"')).to.deep.equal(['field item lamp', 'text item = "lamp"']);
    expect(kindsOf('traceId=abc')[0]).to.equal('trace abc');
    expect(kindsOf('request_id=abc')[0]).to.equal('request abc');
    expect(kindsOf('req-4711')).to.deep.equal(['request req-4711', 'text req-4711']);
    expect(kindsOf('"card declined"')).to.deep.equal(['text card declined']);
    expect(kindsOf('a=')).to.deep.equal(['text a=']);
  });
});
