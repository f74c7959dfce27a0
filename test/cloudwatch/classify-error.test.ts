import { expect } from 'chai';
import {
  classifyError,
  describeError,
  type ErrorKind,
  errorTypeOf,
  httpStatusOf,
  missingIn,
  KIND_BY_NETWORK_CODE,
  permissionIn,
  remedyFor,
  retryAfterMillis,
} from '../../src/cloudwatch/classify-error.js';

const named = (name: string, members: object = {}): Error =>
  Object.assign(new Error('no'), { name, ...members });
const answered = (httpStatusCode: number): Error => named('Unknown', { $metadata: { httpStatusCode } });

describe('classifyError', () => {
  const expected: Record<ErrorKind, string[]> = {
    retry: [
      'ServiceUnavailableException',
      'InternalServerException',
      'OperationAbortedException',
      'RequestExpired',
      'TimeoutError',
      'AbortError',
    ],
    throttled: ['ThrottlingException', 'TooManyRequestsException', 'LimitExceededException', 'SlowDown'],
    credentials: [
      'ExpiredTokenException',
      'UnrecognizedClientException',
      'InvalidSignatureException',
      'CredentialsProviderError',
      'MissingAuthenticationToken',
    ],
    denied: ['AccessDeniedException', 'AccessDenied', 'OptInRequired'],
    missing: ['ResourceNotFoundException'],
    exists: ['ResourceAlreadyExistsException'],
    invalid: ['InvalidParameterException', 'ValidationException', 'RequestEntityTooLarge'],
    unreadable: ['SerializationException'],
    sequence_token: ['InvalidSequenceTokenException'],
    already_accepted: ['DataAlreadyAcceptedException'],
    configuration: [],
    unexpected: [],
    refused: [
      'InvalidOperationException',
      'UnknownOperationException',
      'MalformedQueryException',
      'TooManyTagsException',
    ],
  };
  for (const [kind, names] of Object.entries(expected)) {
    for (const name of names) {
      it(`takes ${name} as ${kind}, whatever its status`, () => {
        expect(classifyError(named(name, { $metadata: { httpStatusCode: 418 } }))).to.equal(kind);
      });
    }
  }

  it('takes every error of the network as passing', () => {
    for (const code of [...Object.keys(KIND_BY_NETWORK_CODE), 'ESOMETHINGNEW']) {
      expect(classifyError(Object.assign(new Error('no'), { code })), code).to.equal('retry');
      expect(classifyError(new Error('no', { cause: { code } })), code).to.equal('retry');
    }
  });

  it('goes by the status where the name says nothing', () => {
    const byStatus: [number, ErrorKind][] = [
      [400, 'unexpected'],
      [401, 'credentials'],
      [403, 'denied'],
      [404, 'unreadable'],
      [408, 'retry'],
      [413, 'invalid'],
      [415, 'unreadable'],
      [407, 'unexpected'],
      [409, 'unexpected'],
      [418, 'unexpected'],
      [425, 'retry'],
      [429, 'throttled'],
      [500, 'retry'],
      [502, 'retry'],
      [503, 'retry'],
      [504, 'retry'],
      [200, 'retry'],
    ];
    for (const [status, kind] of byStatus)
      expect(classifyError(answered(status)), String(status)).to.equal(kind);
  });

  it('reads the status of an answer that the SDK could not read', () => {
    const error = Object.assign(new SyntaxError('Unexpected token'), { $response: { statusCode: 404 } });
    expect(httpStatusOf(error)).to.equal(404);
    expect(classifyError(error)).to.equal('unreadable');
  });

  it('knows a missing region and a missing profile', () => {
    expect(classifyError(new Error('Region is missing'))).to.equal('configuration');
    expect(classifyError(new Error('The config profile (x) could not be found'))).to.equal('configuration');
  });

  it('never gives up on what it does not know', () => {
    for (const thrown of [
      undefined,
      null,
      'text',
      7,
      {},
      new TypeError('x is not a function'),
      named('constructor'),
    ]) {
      expect(classifyError(thrown)).to.equal('retry');
    }
  });
});

describe('errorTypeOf', () => {
  it('is one of a bounded number', () => {
    expect(errorTypeOf(named('ThrottlingException'))).to.equal('ThrottlingException');
    expect(errorTypeOf(new TypeError('no'))).to.equal('TypeError');
    expect(errorTypeOf(named('Hunter', { code: 'ECONNREFUSED' }))).to.equal('ECONNREFUSED');
    expect(errorTypeOf(named('Hunter', { code: 'ECONNREFUSED', $fault: 'client' }))).to.equal('_OTHER');
  });
});

describe('missingIn', () => {
  it('goes by the words of the answer', () => {
    expect(missingIn(new Error('The specified log stream does not exist.'))).to.equal('stream');
    expect(missingIn(new Error('The specified log group does not exist.'))).to.equal('group');
    const named = 'Log group /apps/streams does not exist (The specified log stream does not exist)';
    expect(missingIn(new Error(named))).to.equal('group');
  });
});

describe('retryAfterMillis', () => {
  const withHeader = (value: unknown, name = 'retry-after'): unknown => ({
    $response: { headers: { [name]: value } },
  });

  it('reads seconds and dates', () => {
    expect(retryAfterMillis(withHeader('7'))).to.equal(7_000);
    expect(retryAfterMillis(withHeader('0.5', 'Retry-After'))).to.equal(500);
    expect(retryAfterMillis(withHeader('Thu, 01 Jan 1970 00:01:00 GMT'), 20_000)).to.equal(40_000);
    expect(retryAfterMillis(withHeader('Thu, 01 Jan 1970 00:00:00 GMT'), 20_000)).to.equal(0);
  });

  it('does not wait for longer than an hour', () => {
    expect(retryAfterMillis(withHeader('86400'))).to.equal(3_600_000);
  });

  it('reads nothing from anything else', () => {
    for (const error of [
      undefined,
      {},
      withHeader('soon'),
      withHeader(''),
      withHeader(7),
      withHeader('7', 'x-other'),
    ]) {
      expect(retryAfterMillis(error)).to.equal(undefined);
    }
  });
});

describe('describeError', () => {
  it('names the error, what it says, its status and request', () => {
    const error = named('ThrottlingException', {
      message: 'Rate exceeded',
      $metadata: { httpStatusCode: 400, requestId: '5d6fbd3e-7c39-4e7b-9f0a-1c0d5f5b2a11' },
    });
    expect(describeError(error)).to.equal(
      'ThrottlingException: Rate exceeded (HTTP 400, request 5d6fbd3e-7c39-4e7b-9f0a-1c0d5f5b2a11)',
    );
    const refused = { code: 'ECONNREFUSED', syscall: 'connect', address: '127.0.0.1', port: 4586 };
    expect(describeError(Object.assign(new Error('connect failed'), refused))).to.equal(
      'Error: connect ECONNREFUSED 127.0.0.1:4586',
    );
    expect(describeError(named('Unknown', { message: 'UnknownError' }))).to.equal('Unknown');
  });

  it('leaves out values of the request, which may be log content', () => {
    const message =
      "1 validation error detected: Value 'card 4111\n1111' at 'logEvents.1.member.message' failed to satisfy constraint";
    expect(describeError(new Error(message))).to.equal(
      "Error: 1 validation error detected: a value at 'logEvents.1.member.message' failed to satisfy constraint",
    );
  });

  it('leaves out the request that a wrong signature quotes, with its token', () => {
    const message =
      'The request signature we calculated does not match the signature you provided.\n\nThe Canonical String for ' +
      "this request should have been\n'POST\n/\n\nx-amz-security-token:SECRET\n'\n\nThe String-to-Sign should have been";
    expect(describeError(named('InvalidSignatureException', { message }))).to.equal(
      'InvalidSignatureException: The request signature we calculated does not match the signature you provided.',
    );
  });

  it('is one short line', () => {
    const text = describeError(
      new Error(`a\nb${'x'.repeat(1_000)}\n  Deserialization error: to see the raw response`),
    );
    expect(text).to.equal('Error (text withheld)');
  });

  it('describes anything that was thrown', () => {
    expect(describeError(undefined)).to.equal('Error');
    expect(describeError('text')).to.equal('Error');
  });
});

describe('remedyFor', () => {
  it('says what the user can do', () => {
    expect(remedyFor(new Error('Region is missing'))).to.include('AWS_REGION');
    expect(remedyFor(new Error('The config profile (x) could not be found'))).to.include('AWS_PROFILE');
    expect(remedyFor(named('CredentialsProviderError'))).to.include('AWS_ACCESS_KEY_ID');
    const denied = named('AccessDeniedException', {
      message: 'User: u is not authorized to perform: logs:PutLogEvents on resource: r',
    });
    expect(remedyFor(denied)).to.equal('allow logs:PutLogEvents to the role in use');
    expect(remedyFor(named('AccessDeniedException'))).to.equal('allow the action to the role in use');
    expect(remedyFor(named('ThrottlingException'))).to.equal(undefined);
  });
});

describe('permissionIn', () => {
  it('finds the action of an AccessDeniedException', () => {
    expect(permissionIn('User: x is not authorized to perform: logs:CreateLogGroup on resource: y')).to.equal(
      'logs:CreateLogGroup',
    );
    expect(permissionIn('no')).to.equal(undefined);
  });
});
