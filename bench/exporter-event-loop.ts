import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/*
 * What logging adds to an application's event loop, before and during an outage (the service's process is
 * ended), with OpenTelemetry's OTLP exporter over HTTP as the peer and no processor at all as the floor. Both
 * exporters send to the local service, which is a process of its own.
 *
 *   node build/bench/exporter-event-loop.js [--rate 5000] [--seconds 8]
 */

const { values } = parseArgs({
  options: { rate: { type: 'string', default: '5000' }, seconds: { type: 'string', default: '8' } },
});

interface Figures {
  readonly meanMillis: number;
  readonly p99Millis: number;
  readonly maxMillis: number;
  /** Of the application's thread, within `emit`. */
  readonly emitMicros: number;
  /** Of the whole process, for one record. */
  readonly cpuMicros: number;
}

const PEER = 'otlp-http';
const VARIANTS = ['none', PEER, 'cloudwatch', 'cloudwatch, spool', 'cloudwatch, write-ahead'];

function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

async function measure(variant: string): Promise<{ healthy: Figures; outage: Figures }> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-exporter-'));
  const service = fork(new URL('./local-service-process.js', import.meta.url));
  try {
    const [{ endpoint }] = (await once(service, 'message')) as [{ endpoint: string }];
    const settings = {
      variant,
      endpoint,
      directory,
      recordsPerSecond: Number(values.rate),
      millis: Number(values.seconds) * 1000,
    };
    const application = fork(
      new URL('./exporter-application.js', import.meta.url),
      [JSON.stringify(settings)],
      {
        execArgv: ['--no-warnings'],
      },
    );
    const [{ healthy }] = (await once(application, 'message')) as [{ healthy: Figures }];
    service.kill('SIGKILL');
    application.send('outage');
    const [{ outage }] = (await once(application, 'message')) as [{ outage: Figures }];
    return { healthy, outage };
  } finally {
    service.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
}

function row(name: string, figures: Figures, floor: Figures, peer: Figures): string {
  const added = figures.meanMillis - floor.meanMillis;
  const cells = [
    added.toFixed(3),
    figures.p99Millis.toFixed(1),
    figures.maxMillis.toFixed(1),
    figures.emitMicros.toFixed(1),
    figures.cpuMicros.toFixed(1),
    `${(figures.cpuMicros / peer.cpuMicros).toFixed(2)}x`,
  ];
  return `${name.padEnd(26)}${cells.map((cell) => cell.padStart(12)).join('')}`;
}

print(`Node.js ${process.version}, ${values.rate} records a second for ${values.seconds} s in each phase`);
const results = new Map<string, { healthy: Figures; outage: Figures }>();
for (const variant of VARIANTS) results.set(variant, await measure(variant));
for (const when of ['healthy', 'outage'] as const) {
  print();
  const heads = ['mean +ms', 'p99 ms', 'max ms', 'emit us', 'cpu us', `cpu/${PEER}`];
  print(`${when.padEnd(26)}${heads.map((head) => head.padStart(12)).join('')}`);
  for (const [variant, figures] of results) {
    print(row(variant, figures[when], results.get('none')![when], results.get(PEER)![when]));
  }
}
