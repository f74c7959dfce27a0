import { diag } from '@opentelemetry/api';
import { Diagnostics, type DiagnosticLevel } from '../observability/diagnostics.js';
import { type Places } from './places.js';

/** What delivery has to say, in the words of a back end: it speaks of log groups and streams. */
export function createBaseDiagnostics(name: string, { group }: Places): Diagnostics {
  const say = (level: DiagnosticLevel) => (message: string) => {
    diag[level](
      message
        .replaceAll(`log group ${group}, stream `, `back end ${name}, destination `)
        .replaceAll(`log group ${group}`, `back end ${name}`)
        .replaceAll('refused by the service for their time', 'refused by the back end'),
    );
  };
  return new Diagnostics({
    logger: { error: say('error'), warn: say('warn'), info: say('info'), debug: say('debug') },
  });
}
