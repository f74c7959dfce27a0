import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { FEW_INSTRUMENTATIONS, REGISTER, describeLocalApplications } from './local-applications.js';
import { type ApplicationResult } from './run-application.js';

describe('OTEL_CONFIG_FILE, under register', function () {
  this.timeout(120_000);
  const applications = describeLocalApplications('/config-file', FEW_INSTRUMENTATIONS);
  let directory: string;
  let file: string;

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'config-file-'));
    file = join(directory, 'otel.yaml');
  });
  after(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  function run(text: string | undefined, flag = '--import'): Promise<ApplicationResult> {
    if (text !== undefined) writeFileSync(file, text);
    const logGroupName = applications.nextLogGroup();
    return applications.run('pino.cjs', {
      logGroupName,
      nodeArguments: [flag, REGISTER],
      environment: {
        OTEL_CONFIG_FILE: text === undefined ? join(directory, 'nowhere.yaml') : file,
        // The file takes the place of both.
        OTEL_SERVICE_NAME: '',
        OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME: '',
        GROUP: logGroupName,
      },
    });
  }
  const yaml = (options = '', beside = ''): string => `
file_format: "1.0"
resource:
  attributes:
    - { name: service.name, value: "\${SERVICE:-from-file}" }
logger_provider:
  processors:
    - batch:
        exporter:
          cloudwatch_logs:
            log_group_name: \${GROUP}
            ${options}
${beside}`;

  for (const flag of ['--import', '--require']) {
    it(`is honoured under ${flag}`, async () => {
      const { stderr, exitCode, records } = await run(yaml('resource_attributes: [service.name]'), flag);
      expect({ stderr, exitCode }).to.deep.equal({ stderr: '', exitCode: 0 });
      expect(records.map(({ body }) => body)).to.deep.equal(['hello']);
      expect(records[0]!.resource).to.deep.equal({ 'service.name': 'from-file' });
      expect(records[0]!.trace_id).to.match(/^[0-9a-f]{32}$/);
    });
  }

  it('names file and place of a wrong value, which is ignored, and of what is not honoured', async () => {
    const { stderr, records } = await run(yaml('concurrency: 0', 'meter_provider: { readers: [] }'));
    const path = 'logger_provider.processors[0].batch.exporter.cloudwatch_logs.concurrency';
    expect(stderr.split('\n')).to.deep.equal([
      `opentelemetry-cloudwatch-logs: ${file}: not honoured by register: meter_provider`,
      `opentelemetry-cloudwatch-logs: ${file}: ${path} must be a whole number from 1 to 50; it is 0. It is ignored`,
      '',
    ]);
    expect(records).to.have.lengthOf(1);
  });

  it('says so in one line where it can not be read, and the application runs', async () => {
    for (const [text, expected] of [
      [undefined, /no logs are exported: OTEL_CONFIG_FILE must name a file that can be read: ENOENT/],
      ['file_format: "0.3"', /no logs are exported: \S*otel\.yaml: file_format must be given as "1\.0"/],
      [yaml('layuot: body'), /did you mean layout\?/],
      ['a: [', /no logs are exported: \S*otel\.yaml: /],
    ] as const) {
      const { stderr, exitCode, records } = await run(text);
      expect(stderr).to.match(expected);
      expect(stderr.trimEnd().split('\n')).to.have.lengthOf(1);
      expect({ exitCode, records }).to.deep.equal({ exitCode: 0, records: [] });
    }
  });

  it('switches off with disabled', async () => {
    const { stderr, exitCode, records } = await run(yaml('', 'disabled: true'));
    expect({ stderr, exitCode, records }).to.deep.equal({ stderr: '', exitCode: 0, records: [] });
  });
});
