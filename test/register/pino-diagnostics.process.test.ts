import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type Answer, StubService } from '../delivery/stub-service.js';

const PROGRAM = fileURLToPath(new URL('../fixtures/exporter/pino-diagnostics.js', import.meta.url));

interface Outcome {
  readonly lines: number;
  readonly emitted: number;
  readonly queued: number;
  readonly kept: number;
  readonly droppedByReason: Readonly<Record<string, number>>;
}

describe('all diagnostics logged through an instrumented pino, while the service is down', () => {
  let service: StubService;
  before(async () => {
    service = await StubService.start();
  });
  after(() => service.stop());

  const answers: Record<string, Answer> = {
    refuses: { status: 400, json: { __type: 'AccessDeniedException', message: 'no' } },
    'is unavailable': { status: 503, json: { __type: 'ServiceUnavailableException' } },
    'resets connections': 'reset',
  };
  for (const [what, answer] of Object.entries(answers)) {
    it(`make no records of their own when the service ${what}: the queue stays flat`, async () => {
      service.answer = () => answer;
      const { stdout } = await promisify(execFile)(process.execPath, [
        '--no-warnings',
        PROGRAM,
        service.endpoint,
      ]);
      const outcome = JSON.parse(stdout) as Outcome;
      // They went through pino and were told there; the only other record is the application's.
      expect(outcome.lines).to.be.at.least(2);
      const own = outcome.droppedByReason.own_telemetry ?? 0;
      expect(own).to.be.at.least(1);
      expect(outcome.emitted - own).to.be.at.most(2);
      expect(outcome.queued + outcome.kept).to.be.at.most(2);
    }).timeout(120_000);
  }
});
