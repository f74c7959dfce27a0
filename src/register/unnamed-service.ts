import { logGroupAttributes } from '../exporter/log-group-attributes.js';
import { isClusterWorker } from './cluster.js';
import { type Environment, stringOf } from './environment.js';
import { type ProcessResource } from './resource.js';
import { isPm2Instance, isRunner } from './unreachable-loggers.js';

/** What a service is called where nobody names it begins with it. Source: OpenTelemetry semantic conventions, `service.name`. */
const UNKNOWN = 'unknown_service';

/** Where a service has its name from. */
export interface NameSource {
  readonly environment: Environment;
  /** The file of configuration that takes the place of variables. */
  readonly file: string | undefined;
  readonly mainFile: string | undefined;
}

/**
 * Says of a service without a name how it is called, and where its records go, once it is known that no detector names it.
 * @param complain - told in one line. Workers of a cluster say nothing that their primary has said, and programs that only start the
 * application, such as npm, nothing at all
 */
export function remarkOnUnnamedService(
  described: ProcessResource | undefined,
  source: NameSource,
  complain: (message: string) => void,
): void {
  if (!described || described.said.attributes['service.name'] !== undefined) return;
  if (isRunner(source.mainFile) || (isClusterWorker() && !isFirstOfPm2(source))) return;
  const { resource } = described;
  const remark = (): void => {
    const sentence = unnamedServiceSentence(resource.attributes, source);
    if (sentence !== undefined) complain(sentence);
  };
  if (resource.asyncAttributesPending === true) void resource.waitForAsyncAttributes?.().then(remark);
  else remark();
}

/**
 * The primary of pm2's clusters is its daemon, which preloads nothing and says nothing: the first instance does. What pm2 gives
 * an instance is in one variable until the application is loaded.
 */
function isFirstOfPm2({ environment, mainFile }: NameSource): boolean {
  const instance = /"NODE_APP_INSTANCE":"?(\d+)/.exec(environment.pm2_env ?? '')?.[1] ?? '0';
  return isPm2Instance(mainFile) && instance === '0';
}

function unnamedServiceSentence(
  attributes: Readonly<Record<string, unknown>>,
  { environment, file }: NameSource,
): string | undefined {
  const service = attributes['service.name'];
  if (typeof service !== 'string' || !service.startsWith(UNKNOWN)) return undefined;
  const template = stringOf(environment, 'OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME') ?? '';
  const [group = template] = logGroupAttributes(template, attributes)['aws.log.group.names'] ?? [];
  const what =
    file === undefined ? 'OTEL_SERVICE_NAME is not set' : `${file}: resource.attributes has no service.name`;
  return `${what}: the service is called ${service}, and its records go to the log group ${group}`;
}
