import { stringOf, type Environment } from './environment.js';

const AUTO_INSTRUMENTATIONS = '@opentelemetry/auto-instrumentations-node/register';
/** OpenTelemetry's own preload, however its file is named on the command line. */
const AUTO_INSTRUMENTATIONS_FILE =
  /auto-instrumentations-node[\\/](?:(?:build|dist)[\\/](?:src[\\/])?)?register(?:\.[cm]?js)?$/;

/**
 * Says whether OpenTelemetry's own preload starts in this process too, before or after this one. It brings
 * a full set of instrumentations; a second set would make every pino record twice.
 * @param execArgv - as in `process.execArgv`
 */
export function isAutoInstrumentationsPreloaded(
  execArgv: readonly string[],
  environment: Environment,
): boolean {
  const words = [...execArgv, ...(stringOf(environment, 'NODE_OPTIONS')?.split(/\s+/) ?? [])];
  return words.some((word) => {
    const name = word.replace(/^--?(?:import|require|r)=/, '').replace(/^["']|["']$/g, '');
    return name === AUTO_INSTRUMENTATIONS || AUTO_INSTRUMENTATIONS_FILE.test(name);
  });
}
