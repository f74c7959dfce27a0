import { DEFAULT_DELIVERY_SETTINGS, type DeliverySettings } from '../delivery/delivery.js';
import { type ExporterSettings } from '../options/options.js';
import { type ProvisioningSettings } from '../resources/ensure-log-group.js';

/** The part of an exporter's settings that delivery goes by. */
export function deliverySettings(settings: ExporterSettings): DeliverySettings {
  return {
    ...pick(settings, [
      'concurrency',
      'maxBufferBytes',
      'deliveryTimeoutMillis',
      'requestTimeoutMillis',
      'flushTimeoutMillis',
      'shutdownTimeoutMillis',
      'compression',
      'requestsPerSecond',
      'circuitBreaker',
      'spool',
    ]),
    retry: settings.retry ?? DEFAULT_DELIVERY_SETTINGS.retry,
    provisioning: provisioningSettings(settings),
  };
}

/** The part of an exporter's settings by which groups and streams are made. */
export function provisioningSettings(settings: ExporterSettings): ProvisioningSettings {
  return pick(settings, [
    'provision',
    'retentionInDays',
    'logGroupClass',
    'kmsKeyId',
    'tags',
    'indexFields',
    'facetFields',
  ]);
}

/** Some of the settings, without what is not for all eyes, such as credentials. */
function pick<const Name extends keyof ExporterSettings>(
  settings: ExporterSettings,
  names: readonly Name[],
): Pick<ExporterSettings, Name> {
  return Object.fromEntries(names.map((name) => [name, settings[name]])) as Pick<ExporterSettings, Name>;
}
