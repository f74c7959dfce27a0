import { context, diag } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { expect } from 'chai';
import { Diagnostics } from '../../src/observability/diagnostics.js';
import { isOwnTelemetry } from '../../src/observability/own-telemetry.js';

describe('Diagnostics', () => {
  let now: number;
  let said: string[];
  let diagnostics: Diagnostics;
  const note =
    (level: string) =>
    (message: string): void =>
      void said.push(`${level} ${message}`);
  const logger = { error: note('error'), warn: note('warn'), info: note('info'), debug: note('debug') };

  beforeEach(() => {
    now = 0;
    said = [];
    diagnostics = new Diagnostics({ logger, monotonicMillis: () => now });
  });

  it('says a message at its level, with the name of the package', () => {
    for (const level of ['error', 'warn', 'info', 'debug'] as const) diagnostics[level](level, 'text');
    expect(said).to.deep.equal(
      ['error', 'warn', 'info', 'debug'].map((level) => `${level} opentelemetry-cloudwatch-logs: text`),
    );
  });

  it('says what was left out of a kind before it is forgotten for others', () => {
    diagnostics.warn('kind', 'first');
    diagnostics.warn('kind', 'second');
    for (let other = 0; other < 1_000; other++) diagnostics.info(`other ${other}`, 'text');
    expect(said.filter((message) => message.startsWith('warn'))).to.deep.equal([
      'warn opentelemetry-cloudwatch-logs: first',
      'warn opentelemetry-cloudwatch-logs: second (1 such messages since the last)',
    ]);
  });

  it('says messages of one kind once in a minute, with the count of those left out', () => {
    for (let second = 0; second <= 60; second++) {
      now = second * 1_000;
      diagnostics.warn('kind', `message ${second}`);
    }
    expect(said).to.deep.equal([
      'warn opentelemetry-cloudwatch-logs: message 0',
      'warn opentelemetry-cloudwatch-logs: message 60 (59 such messages left out since the last)',
    ]);
  });

  it('does not let one kind silence another', () => {
    diagnostics.warn('a', 'a');
    diagnostics.warn('b', 'b');
    expect(said).to.have.lengthOf(2);
  });

  it('says some things only once', () => {
    diagnostics.once('info', 'kind', 'once');
    now = 1e9;
    diagnostics.once('info', 'kind', 'once');
    diagnostics.flush();
    expect(said).to.deep.equal(['info opentelemetry-cloudwatch-logs: once']);
  });

  it('says at the end what was left out', () => {
    diagnostics.warn('kind', 'first');
    diagnostics.warn('kind', 'second');
    diagnostics.flush();
    diagnostics.flush();
    expect(said).to.deep.equal([
      'warn opentelemetry-cloudwatch-logs: first',
      'warn opentelemetry-cloudwatch-logs: second (1 such messages since the last)',
    ]);
  });

  it('remembers a bounded number of kinds', () => {
    diagnostics.warn('first', 'first');
    for (let kind = 0; kind < 1_000; kind++) diagnostics.warn(`kind ${kind}`, 'text');
    said = [];
    diagnostics.warn('first', 'forgotten, so said again');
    expect(said).to.have.lengthOf(1);
  });

  it('survives a logger that throws', () => {
    const broken = (): void => {
      throw new Error('broken');
    };
    diagnostics = new Diagnostics({ logger: { error: broken, warn: broken, info: broken, debug: broken } });
    expect(() => {
      diagnostics.error('kind', 'text');
    }).not.to.throw();
  });

  it('marks what a logger does meanwhile as own telemetry', () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    try {
      const seen: boolean[] = [];
      diagnostics = new Diagnostics({ logger: { ...logger, warn: () => void seen.push(isOwnTelemetry()) } });
      diagnostics.warn('kind', 'text');
      expect(seen).to.deep.equal([true]);
      expect(isOwnTelemetry()).to.equal(false);
    } finally {
      context.disable();
    }
  });

  it("goes to OpenTelemetry's diag by default", () => {
    diag.setLogger({ ...logger, verbose: () => undefined }, { suppressOverrideMessage: true });
    said = [];
    new Diagnostics().warn('kind', 'text');
    diag.disable();
    expect(said).to.deep.equal(['warn opentelemetry-cloudwatch-logs: text']);
  });
});
