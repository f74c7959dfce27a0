import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { nearestName } from '../cloudwatch/nearest-name.js';
import { OptionError } from '../cloudwatch/errors.js';
import { type CommandIo } from './command-io.js';

/**
 * Makes the AWS SDK use the profile that `--profile` names.
 * @throws OptionError where no file has such a profile: the SDK would only say that it finds no credentials
 */
export function useProfile(profile: string | undefined, io: CommandIo): void {
  if (profile === undefined) return;
  const profiles = new Set(filesOf(io).flatMap(profilesIn));
  if (!profiles.has(profile)) {
    const near = nearestName(profile, profiles);
    const found = profiles.size === 0 ? 'there is none' : `there are ${[...profiles].join(', ')}`;
    throw new OptionError(
      '--profile',
      `name a profile of ${filesOf(io).join(' or ')} (${near === undefined ? found : `did you mean ${near}?`})`,
      profile,
    );
  }
  io.env.AWS_PROFILE = profile;
}

function filesOf({ env }: CommandIo): string[] {
  const folder = join(env.HOME ?? env.USERPROFILE ?? homedir(), '.aws');
  return [
    env.AWS_CONFIG_FILE ?? join(folder, 'config'),
    env.AWS_SHARED_CREDENTIALS_FILE ?? join(folder, 'credentials'),
  ];
}

/** Names in `[profile name]`, as the config file has them, and `[name]`, as the credentials file has them. */
function profilesIn(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  // Sections of other kinds (`[sso-session name]`) hold a blank.
  return [...text.matchAll(/^[ \t]*\[[ \t]*(?:profile[ \t]+)?["']?([^\]"'\s]+)["']?[ \t]*\]/gm)].map(
    (match) => match[1]!,
  );
}
