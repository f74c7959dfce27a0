import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { load } from 'js-yaml';

interface Step {
  uses?: string;
  run?: string;
  if?: string;
  env?: Record<string, string>;
}
interface Workflow {
  jobs: Record<string, { 'runs-on': string; steps: Step[] }>;
}

const FOLDER = '.github/workflows';

describe('the workflows', () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const read = (file: string): Workflow => load(readFileSync(`${FOLDER}/${file}`, 'utf8')) as Workflow;

  for (const file of readdirSync(FOLDER)) {
    it(`${file} has jobs of steps that do one thing, with scripts and files that there are`, () => {
      for (const { 'runs-on': machine, steps } of Object.values(read(file).jobs)) {
        expect(machine).to.equal('ubuntu-latest');
        for (const { uses, run, env = {} } of steps) {
          expect([uses, run].filter((one) => one !== undefined)).to.have.length(1);
          if (uses !== undefined) expect(uses).to.match(/^[\w-]+\/[\w-]+@v\d+$/);
          const script = /^npm run ([\w:-]+)/.exec(run ?? '')?.[1];
          if (script !== undefined) expect(manifest.scripts).to.have.property(script);
          for (const value of Object.values(env)) {
            if (value.startsWith('test/')) expect(readFileSync(value, 'utf8')).not.to.equal('');
          }
        }
      }
    });
  }

  it('start LocalStack by the project’s own file and hold every run against it to the known differences', () => {
    const steps = read('ci.yml').jobs.localstack!.steps;
    const start = steps.findIndex(
      ({ run }) => run?.startsWith('docker compose up') && run.endsWith('--wait'),
    );
    const file = 'test/endpoint/localstack.json';
    const { services } = load(readFileSync('docker-compose.yml', 'utf8')) as {
      services: { localstack: { image: string } };
    };
    const { target } = JSON.parse(readFileSync(file, 'utf8')) as { target: string };
    expect(`LocalStack ${services.localstack.image.split(':')[1]}`).to.equal(target);
    for (const script of ['integration', 'e2e', 'conformance']) {
      const step = steps.find(({ run }) => run?.split(' --')[0] === `npm run ${script}`);
      expect(steps.indexOf(step!), script).to.be.greaterThan(start);
      const said = JSON.stringify([step!.run, step!.env]);
      expect(said, script).to.contain('http://127.0.0.1:4566').and.to.contain(file);
    }
  });

  it('let no step fail without the job', () => {
    for (const file of readdirSync(FOLDER))
      expect(readFileSync(`${FOLDER}/${file}`, 'utf8')).to.not.contain('continue-on-error');
  });
});
