import { createRequire } from 'node:module';
import { Application, readConfigFile } from '../register/index.js';
import { OptionError } from '../cloudwatch/errors.js';
import { escapeTerminalText } from '../cloudwatch/escape-terminal-text.js';
import { type CommandIo } from './command-io.js';
import { tell } from './tell.js';

/**
 * Puts what the file of OTEL_CONFIG_FILE says of this package's exporter in the place of the variables, as `register` does,
 * and says on standard error what of it is not honoured.
 * @returns what puts the file's own names into a text that names variables
 * @throws OptionError for a file that can't be read, as it stops `register` too
 */
export function useConfigFile(io: CommandIo): (text: string) => string {
  const say = (line: string): void => tell(io.stderr, escapeTerminalText(line));
  const application = new Application(
    {
      mainFile: undefined,
      workingDirectory: process.cwd(),
      ownRequire: createRequire(import.meta.url),
    },
    (name, error) => {
      say(`${name} does not load: ${String(error)}`);
    },
  );
  try {
    const config = readConfigFile(application, io.env, say);
    if (config === undefined) return (text) => text;
    for (const name of Object.keys(io.env))
      if (!(name in config.environment)) Reflect.deleteProperty(io.env, name);
    Object.assign(io.env, config.environment, {
      OTEL_RESOURCE_ATTRIBUTES: Object.entries(config.attributes)
        .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
        .join(','),
    });
    return config.inFile;
  } catch (error) {
    throw new OptionError(
      'OTEL_CONFIG_FILE',
      `name a file that can be read (${(error as Error).message})`,
      io.env.OTEL_CONFIG_FILE,
    );
  }
}
