import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { AUTO, describeLocalApplications, REGISTER, root } from '../register/local-applications.js';
import { type ApplicationResult } from '../register/run-application.js';

/** An application tree with the packed package installed, prepared by scripts/compat.mjs. */
interface Tree {
  readonly name: string;
  readonly directory: string;
  /** The Node.js to run it on. */
  readonly node: string;
}

const trees = JSON.parse(process.env.COMPAT_TREES ?? '[]') as Tree[];
const AWS_DISTRO = '@aws/aws-distro-opentelemetry-node-autoinstrumentation/register';
/** The trace id in the header that xray.mjs and xray.cjs are asked with. */
const XRAY_TRACE_ID = '5759e988bd862e3fe1be46a994272793';

for (const { name, directory, node } of trees) {
  describe(`register in ${name}`, function () {
    this.timeout(180_000);
    const applications = describeLocalApplications('/compat');
    const folder = join(directory, 'applications');

    before(() => {
      cpSync(join(root, 'test/fixtures/register'), folder, { recursive: true });
    });

    async function expectOneRecord(
      application: string,
      nodeArguments: readonly string[],
      environment: Readonly<Record<string, string>> = {},
    ): Promise<ApplicationResult> {
      const result = await applications.run(join(folder, application), {
        directory,
        nodeArguments,
        // A request in flight at the end is sent once more (docs/exit.md): on a slow machine the timer would begin one.
        environment: { OTEL_BLRP_SCHEDULE_DELAY: '60000', ...environment },
        node,
      });
      expect(result.exitCode, result.stderr).to.equal(0);
      expect(
        result.records.map((record) => record.body),
        result.stderr,
      ).to.deep.equal(['hello']);
      expect(result.records[0]!.trace_id).to.match(/^[0-9a-f]{32}$/);
      return result;
    }

    if (name === 'otel-aws') {
      for (const [order, preloads] of [
        ['before', [AWS_DISTRO, REGISTER]],
        ['after', [REGISTER, AWS_DISTRO]],
      ] as const) {
        for (const flag of ['--import', '--require']) {
          for (const logs of ['none', 'console']) {
            for (const kind of ['mjs', 'cjs']) {
              it(`brings xray.${kind}'s record once with the distro ${order} it under ${flag}, its logs: ${logs}`, async () => {
                const { records } = await expectOneRecord(
                  `xray.${kind}`,
                  preloads.flatMap((preload) => [flag, preload]),
                  {
                    OTEL_METRICS_EXPORTER: 'none',
                    OTEL_NODE_RESOURCE_DETECTORS: 'none',
                    OTEL_TRACES_EXPORTER: 'console',
                    OTEL_LOGS_EXPORTER: logs,
                    OTEL_PROPAGATORS: 'xray,tracecontext',
                  },
                );
                expect(records[0]!.trace_id).to.equal(XRAY_TRACE_ID);
              });
            }
          }
        }
      }
      return; // It has pino alone, and its own instrumentations.
    }

    for (const logger of ['pino', 'winston', 'bunyan']) {
      for (const kind of ['mjs', 'cjs']) {
        for (const flag of ['--import', '--require']) {
          it(`finds the record of ${logger}.${kind} under ${flag} once, with its trace id`, async () => {
            const { stderr } = await expectOneRecord(`${logger}.${kind}`, [flag, REGISTER]);
            expect(stderr).to.equal('');
          });
        }
      }
    }

    it('starts no second exporter in a pino transport', async () => {
      const { stderr } = await expectOneRecord('pino-transport.mjs', ['--import', REGISTER], {
        OTEL_LOG_LEVEL: 'info',
      });
      expect(stderr.match(/emitted \d+, delivered \d+/g)).to.deep.equal(['emitted 1, delivered 1']);
    });

    if (name !== 'otel-3') return; // The other tree has single instrumentations alone.
    const others = {
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_NODE_RESOURCE_DETECTORS: 'none',
      OTEL_TRACES_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'console',
    };
    for (const [order, first, second] of [
      ['before', AUTO, REGISTER],
      ['after', REGISTER, AUTO],
    ] as const) {
      for (const flag of ['--import', '--require']) {
        it(`brings every record once with auto-instrumentations-node ${order} it under ${flag}`, async () => {
          await expectOneRecord('pino.mjs', [flag, first, flag, second], others);
        });
      }
    }

    it('gives way to an SDK that the application starts itself', async () => {
      await expectOneRecord('own-sdk.mjs', ['--import', REGISTER], others);
    });
  });
}
