import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** An ES module that imports the package beside `register`, which is CommonJS, has the package twice in one process. */
describe('both halves of the package in one process', function () {
  this.timeout(60_000);

  it('name their components in one row', async () => {
    const program = `
      import { createRequire } from 'node:module';
      import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
      import { CloudWatchLogExporter } from 'opentelemetry-cloudwatch-logs';
      const other = createRequire(import.meta.url)('opentelemetry-cloudwatch-logs').CloudWatchLogExporter;
      class Reader extends MetricReader { onForceFlush() {} onShutdown() {} }
      const reader = new Reader();
      const meterProvider = new MeterProvider({ readers: [reader] });
      const options = { logGroupName: '/g', region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
      const exporters = [CloudWatchLogExporter, other, CloudWatchLogExporter].map((Exporter) => new Exporter({ ...options, meterProvider }));
      await Promise.all(exporters.map((exporter) => exporter.forceFlush()));
      const { resourceMetrics } = await reader.collect();
      const points = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics).flatMap(({ dataPoints }) => dataPoints);
      console.log(JSON.stringify([...new Set(points.map(({ attributes }) => attributes['otel.component.name']))].sort()));
      process.exit();`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--no-warnings', '--input-type=module', '-e', program],
      { cwd: root },
    );
    const names = JSON.parse(stdout) as string[];
    expect(names).to.have.lengthOf(3);
    expect(names.map((name) => name.replace(/^.*\//, ''))).to.deep.equal(['0', '1', '2']);
  });
});
