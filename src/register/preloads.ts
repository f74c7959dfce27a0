import { stringOf, type Environment } from './environment.js';

/** Preloads that bring a full set of instrumentations: OpenTelemetry's own, and that of AWS's distro. */
const AUTO_INSTRUMENTATIONS: readonly string[] = [
  '@opentelemetry/auto-instrumentations-node/register',
  '@aws/aws-distro-opentelemetry-node-autoinstrumentation/register',
];
/** The same, however their files are named on the command line. */
const AUTO_INSTRUMENTATIONS_FILE =
  /(?:auto-instrumentations-node|aws-distro-opentelemetry-node-autoinstrumentation)[\\/](?:(?:build|dist)[\\/](?:src[\\/])?)?register(?:\.[cm]?js)?$/;

/**
 * Says whether such a preload starts in this process too, before or after this one: a second set of
 * instrumentations would make every pino record twice.
 * @param execArgv - as in `process.execArgv`
 */
export function isAutoInstrumentationsPreloaded(
  execArgv: readonly string[],
  environment: Environment,
): boolean {
  const words = [...execArgv, ...(stringOf(environment, 'NODE_OPTIONS')?.split(/\s+/) ?? [])];
  return words.some((word) => {
    const name = word.replace(/^--?(?:import|require|r)=/, '').replace(/^["']|["']$/g, '');
    return AUTO_INSTRUMENTATIONS.includes(name) || AUTO_INSTRUMENTATIONS_FILE.test(name);
  });
}
