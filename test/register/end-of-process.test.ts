import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { settleAtEnd } from '../../src/register/end-of-process.js';

/** A process of which only the events, and its ways out, are used. */
class StandIn extends EventEmitter {
  pid = 100;
  _exiting = false;
  readonly calls: string[] = [];
  reallyExit = (code: number): void => void this.calls.push(`exit ${code}`);
  _kill = (pid: number, signal: number): number => {
    this.calls.push(`kill ${pid} ${signal}`);
    return 0;
  };
  kill(_pid: number, signal: string): void {
    this.calls.push(signal);
  }
  hasUncaughtExceptionCaptureCallback(): boolean {
    return false;
  }
}

/** What small programs show in same-end.process.test.ts, where it needs no process. */
describe('settleAtEnd', () => {
  function arrange() {
    const standIn = new StandIn();
    const { reallyExit, _kill: kill } = standIn;
    const seen = { settled: 0 };
    const remove = settleAtEnd({
      process: standIn as unknown as NodeJS.Process,
      settle: () => {
        standIn.calls.push(`settle`);
        seen.settled++;
      },
    });
    return { standIn, seen, remove, reallyExit, kill };
  }
  const microtasks = () => Promise.resolve();

  it('settles behind all listeners of exit', async () => {
    const { standIn } = arrange();
    standIn.on('exit', () => standIn.calls.push('of the application'));
    await microtasks();
    standIn.emit('exit', 0);
    expect(standIn.calls).to.deep.equal(['of the application', 'settle']);
  });

  it('settles before the system is asked to end the process', () => {
    const { standIn } = arrange();
    standIn.reallyExit(3);
    expect(standIn.calls).to.deep.equal(['settle', 'exit 3']);
  });

  it('settles, and dies in the very call, where nobody else listens to a signal that it sends itself', () => {
    const { standIn } = arrange();
    standIn._kill(100, 15);
    expect(standIn.calls).to.deep.equal(['settle', 'kill 100 15']);
    expect(standIn.listenerCount('SIGTERM')).to.equal(0);
    standIn._kill(100, 15);
    expect(standIn.calls).to.deep.equal(['settle', 'kill 100 15', 'kill 100 15']);
  });

  for (const [pid, signal] of [
    [2, 15],
    [100, 9],
    [100, 0],
  ] as const) {
    // prettier-ignore
    it(`does nothing where process ${pid} is sent signal ${signal}`, () => {
      const { standIn } = arrange();
      standIn._kill(pid, signal);
      expect(standIn.calls).to.deep.equal([`kill ${pid} ${signal}`]);
    });
  }

  it("leaves a signal to the application's listeners, also to those called once, but not to signal-exit's", async () => {
    const { standIn } = arrange();
    standIn.prependOnceListener('SIGTERM', () => undefined);
    await microtasks();
    standIn.emit('SIGTERM', 'SIGTERM', 15);
    expect(standIn.calls).to.deep.equal([]);
    standIn.on('SIGTERM', () => undefined);
    Object.assign(standIn, { __signal_exit_emitter__: { count: 1 } });
    standIn.emit('SIGTERM', 'SIGTERM', 15);
    expect(standIn.calls).to.deep.equal(['settle', 'SIGTERM']);
  });

  describe('in process 1, which the kernel ends by no such signal', () => {
    const immediate = () => new Promise((resolve) => setImmediate(resolve));

    it('ends by the code of the signal', async () => {
      const { standIn } = arrange();
      standIn.pid = 1;
      standIn.emit('SIGINT', 'SIGINT', 2);
      await immediate();
      // What was logged since is settled as well.
      expect(standIn.calls).to.deep.equal(['settle', 'SIGINT', 'settle', 'exit 130']);
    });

    it('ends where it sends the signal itself', async () => {
      const { standIn } = arrange();
      standIn.pid = 1;
      standIn._kill(1, 15);
      await immediate();
      expect(standIn.calls).to.deep.equal(['settle', 'kill 1 15', 'settle', 'exit 143']);
    });

    it('lives on where the application listens', async () => {
      const { standIn } = arrange();
      standIn.pid = 1;
      standIn.on('SIGTERM', () => undefined);
      standIn.emit('SIGTERM', 'SIGTERM', 15);
      await immediate();
      expect(standIn.calls).to.deep.equal([]);
    });

    it('lives on where somebody listens at the last moment', async () => {
      const { standIn } = arrange();
      standIn.pid = 1;
      standIn.emit('SIGTERM', 'SIGTERM', 15);
      standIn.on('SIGTERM', () => undefined);
      await immediate();
      expect(standIn.calls).to.deep.equal(['settle', 'SIGTERM']);
    });
  });

  it('takes a signal that is only emitted for none', () => {
    const { standIn } = arrange();
    standIn.emit('SIGINT');
    expect(standIn.calls).to.deep.equal([]);
  });

  it('settles at an exception of which no listener of exit may be told', () => {
    const { standIn, seen } = arrange();
    standIn.emit('uncaughtExceptionMonitor', new Error());
    expect(seen.settled).to.equal(0);
    standIn.on('exit', () => undefined);
    standIn.emit('uncaughtExceptionMonitor', new Error());
    expect(seen.settled).to.equal(1);
    standIn.removeAllListeners('exit');
    standIn._exiting = true;
    standIn.emit('uncaughtExceptionMonitor', new Error());
    expect(seen.settled).to.equal(2);
    standIn.on('uncaughtException', () => undefined);
    standIn.emit('uncaughtExceptionMonitor', new Error());
    expect(seen.settled).to.equal(2);
  });

  it('does not count where Node.js warns of too many listeners', async () => {
    const { standIn } = arrange();
    standIn.setMaxListeners(2);
    const counts: number[] = [];
    standIn.on('newListener', (event) => {
      if (event === 'exit') counts.push(standIn.listenerCount('exit') + 1);
    });
    standIn.on('exit', () => undefined);
    await microtasks();
    standIn.on('exit', () => undefined);
    expect(counts.at(-1)).to.equal(2);
    await microtasks();
    expect(standIn.listenerCount('exit')).to.equal(3);
    expect(standIn.getMaxListeners()).to.equal(2);
  });

  it('can be taken away', () => {
    const { standIn, remove, reallyExit, kill } = arrange();
    remove();
    expect(standIn.eventNames()).to.deep.equal([]);
    expect(standIn).to.include({ reallyExit, _kill: kill });
  });

  it('leaves what others put around it', () => {
    const { standIn, remove } = arrange();
    const [theirExit, theirKill] = [() => undefined, () => 0];
    Object.assign(standIn, { reallyExit: theirExit, _kill: theirKill });
    remove();
    expect(standIn).to.include({ reallyExit: theirExit, _kill: theirKill });
  });

  it('does without the ways out that a later Node.js may not have', () => {
    const standIn = Object.assign(new StandIn(), { reallyExit: undefined, _kill: undefined });
    const remove = settleAtEnd({ process: standIn, settle: () => undefined });
    expect(standIn).to.include({ reallyExit: undefined, _kill: undefined });
    remove();
  });
});
