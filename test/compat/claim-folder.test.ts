import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

const file = new URL('../../../scripts/compat/claim-folder.mjs', import.meta.url).href;

describe('claimFolder', () => {
  let directory: string;
  const running: ChildProcess[] = [];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'claim-'));
  });
  afterEach(async () => {
    for (const child of running.splice(0)) {
      child.stdin!.end();
      await once(child, 'exit');
    }
    rmSync(directory, { recursive: true });
  });

  /** Another run, which goes on until its test is over. @returns the name of its folder */
  async function run(): Promise<string> {
    const claiming = `import { claimFolder } from ${JSON.stringify(file)};
      console.log(claimFolder(${JSON.stringify(join(directory, 'work'))}));
      process.stdin.resume();`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', claiming], { stdio: 'pipe' });
    running.push(child);
    const [text] = (await once(child.stdout, 'data')) as [Buffer];
    return text
      .toString()
      .trim()
      .slice(directory.length + 1);
  }

  it('gives runs at once folders of their own, and the first again when its run is over', async () => {
    const names = await Promise.all([run(), run(), run()]);
    expect(names.sort()).to.deep.equal(['work', 'work-2', 'work-3']);
    for (const child of running.splice(0)) {
      child.stdin!.end();
      await once(child, 'exit');
    }
    expect(readdirSync(join(directory, 'work'))).to.deep.equal([]);
    expect(await run()).to.equal('work');
  });

  it('gives a folder of a run that was killed to one of those that want it', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    mkdirSync(join(directory, 'work'));
    writeFileSync(join(directory, 'work', 'owner.pid'), String(pid));
    const names = await Promise.all([run(), run()]);
    expect(new Set(names).size).to.equal(2);
    expect(await run()).to.match(/^work(?:-\d)?$/);
  });
});
