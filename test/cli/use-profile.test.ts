import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CommandIo } from '../../src/cli/command-io.js';
import { useProfile } from '../../src/cli/use-profile.js';
import { OptionError } from '../../src/cloudwatch/errors.js';

describe('useProfile', () => {
  let folder: string;
  let io: CommandIo;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'profile-'));
    const [config, credentials] = [join(folder, 'config'), join(folder, 'credentials')];
    await writeFile(
      config,
      '[default]\nregion = x\n[profile staging]\n[profile "quoted"]\n[sso-session one]\n',
    );
    await writeFile(credentials, '[production]\naws_access_key_id = a\n');
    const sink = { write: () => undefined };
    io = {
      stdout: sink,
      stderr: sink,
      env: { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: credentials },
      signal: new AbortController().signal,
      epochMillis: Date.now,
      setExitCode: () => undefined,
    };
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('takes the profiles of both files', () => {
    for (const profile of ['default', 'staging', 'quoted', 'production']) {
      useProfile(profile, io);
      expect(io.env.AWS_PROFILE).to.equal(profile);
    }
  });

  it('leaves what is set when none is named', () => {
    io.env.AWS_PROFILE = 'set';
    useProfile(undefined, io);
    expect(io.env.AWS_PROFILE).to.equal('set');
  });

  it('names the files, and the profile that is near or all that there are', () => {
    const refused = (profile: string) => expect(() => useProfile(profile, io)).to.throw(OptionError);
    refused('stagign').with.property('message').that.includes('did you mean staging?').and.includes(folder);
    refused('nope')
      .with.property('message')
      .that.includes('there are default, staging, quoted, production')
      .and.includes('"nope"');
    Object.assign(io.env, { AWS_CONFIG_FILE: '/none', AWS_SHARED_CREDENTIALS_FILE: '/none' });
    refused('nope').with.property('message').that.includes('(there is none)');
  });
});
