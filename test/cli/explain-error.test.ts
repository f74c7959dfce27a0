import { expect } from 'chai';
import { explainError } from '../../src/cli/explain-error.js';
import { CloudWatchLogsError, OptionError } from '../../src/cloudwatch/errors.js';
import { toRequestError } from '../../src/cloudwatch/request-error.js';
import { AccessDeniedError, MalformedQueryError } from '../../src/insights/index.js';
import { serviceError } from '../insights/scripted-client.js';

const LOCAL = 'http://127.0.0.1:4586';
const network = (code: string): Error => Object.assign(new Error(code), { code });

describe('explainError', () => {
  it('asks whether the local service runs where nothing answers on this machine', () => {
    const { text, exitCode } = explainError(network('ECONNREFUSED'), LOCAL);
    expect(text)
      .to.contain('nothing answers at http://127.0.0.1:4586')
      .and.to.contain('Is `otel-cwlogs local` running');
    expect(exitCode).to.equal(3);
    expect(explainError(network('ECONNREFUSED'), 'https://logs.example').text).to.not.contain(
      'otel-cwlogs local',
    );
  });

  it('sees through what Node wraps around a refused connection', () => {
    const wrapped = new AggregateError([network('ECONNREFUSED')]);
    expect(explainError(wrapped, undefined).text).to.contain('nothing answers at the service');
    expect(explainError(wrapped, 'http://user:hunter2@h:1/x').text).to.contain(
      'nothing answers at http://h:1/x ',
    );
    expect(explainError(new Error('x', { cause: network('ENOTFOUND') }), LOCAL).text).to.contain(
      'cannot be reached (ENOTFOUND)',
    );
  });

  it('shows no query and no user of any address', () => {
    const endpoint = 'https://u:hunter2@h/x?X-Amz-Signature=hunter2#hunter2';
    for (const code of ['ECONNREFUSED', 'ENOTFOUND']) {
      expect(explainError(network(code), endpoint).text)
        .to.include('https://h/x')
        .and.not.include('hunter2');
    }
    expect(explainError(new OptionError('--endpoint', 'be a URL', endpoint), endpoint).text).to.equal(
      '--endpoint must be a URL; it is "https://h/x"',
    );
    const query = `filter url = "${endpoint}" !`;
    const malformed = new MalformedQueryError(query, 'bad', {
      startOffset: query.length - 1,
      endOffset: query.length,
    });
    const [, shown, mark] = explainError(malformed, LOCAL).text.split('\n');
    expect(shown).to.not.include('hunter2');
    expect(shown!.indexOf('!')).to.equal(mark!.indexOf('^'));
  });

  it('believes no network code that stands in an answer', () => {
    const answered = serviceError('Hunter', 'no', {
      $fault: 'client',
      code: 'ECONNREFUSED',
      cause: { code: 'ENOTFOUND' },
    });
    expect(explainError(answered, LOCAL).text).to.match(/^Hunter \(HTTP 400/);
  });

  it('says that an address of https speaks something else', () => {
    for (const code of ['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER']) {
      const { text, exitCode } = explainError(network(code), 'https://localhost:4586');
      expect(text).to.contain('does not speak https').and.to.contain('write http://');
      expect(exitCode).to.equal(3);
    }
    expect(explainError(network('EPROTO'), undefined).text).to.not.contain('http://');
  });

  it('sees through what managing log groups says of a request that failed', () => {
    const resource = new CloudWatchLogsError('ERR_RESOURCE', 'DescribeLogGroups failed', {
      cause: toRequestError(network('ECONNREFUSED')),
    });
    expect(explainError(resource, LOCAL).text).to.contain('Is `otel-cwlogs local` running');
    expect(
      explainError(new CloudWatchLogsError('ERR_RESOURCE', 'x failed', { cause: network('no') }), LOCAL).text,
    ).to.equal('x failed');
  });

  it('names the missing permission', () => {
    const message =
      'User: arn:aws:sts::1:assumed-role/r is not authorized to perform: logs:StartQuery on resource: x';
    const { text, exitCode } = explainError(serviceError('AccessDeniedException', message), undefined);
    expect(text).to.contain('allow logs:StartQuery to the role in use');
    expect(exitCode).to.equal(3);
    const all = new CloudWatchLogsError('ERR_ACCESS_DENIED', 'no log group may be queried');
    expect(explainError(all, undefined).text).to.contain('logs:StartQuery');
    const unread = new AccessDeniedError('read', 'denied');
    expect(explainError(unread, undefined).text)
      .to.contain('logs:FilterLogEvents and')
      .and.not.contain('logs:StartQuery');
  });

  it('goes by what an error carries, not by the words of its message', () => {
    const reworded = Object.assign(new AccessDeniedError('read', 'denied'), { message: 'nothing to see' });
    expect(explainError(reworded, undefined).text)
      .to.contain('logs:FilterLogEvents and')
      .and.not.contain('logs:StartQuery');
  });

  it('tells ways to set credentials', () => {
    const error = Object.assign(new Error('Could not load credentials from any providers'), {
      name: 'CredentialsProviderError',
    });
    expect(explainError(error, undefined).text).to.contain('AWS_ACCESS_KEY_ID').and.to.contain('AWS_PROFILE');
  });

  it('ends with 2 for a wrong command line or query, and keeps the mark under the query', () => {
    expect(explainError(new OptionError('--since', 'be a duration', 'x'), LOCAL)).to.deep.equal({
      text: '--since must be a duration; it is "x"',
      exitCode: 2,
    });
    const malformed = new MalformedQueryError('filter \u001b', 'bad', { startOffset: 7, endOffset: 8 });
    expect(explainError(malformed, LOCAL)).to.deep.equal({
      text: 'the query cannot be read: bad\nfilter \\e\n       ^',
      exitCode: 2,
    });
  });

  it('shows of any other error what is known to be safe', () => {
    expect(explainError(new Error('odd \u001b[31m'), undefined)).to.deep.equal({
      text: 'Error (text withheld; --error-details shows it)',
      exitCode: 3,
    });
    expect(explainError('text', undefined).exitCode).to.equal(3);
    expect(explainError(new CloudWatchLogsError('ERR_QUERY_FAILED', 'failed'), undefined)).to.deep.equal({
      text: 'failed',
      exitCode: 3,
    });
  });
});
