import { DEFAULT_DELIVERY_SETTINGS, type DeliverySettings } from '../delivery/delivery.js';
import { type ExporterSettings } from '../options/options.js';
import { type ProvisioningSettings } from '../resources/ensure-log-group.js';

/** The part of an exporter's settings that delivery goes by. */
export function deliverySettings(settings: ExporterSettings): DeliverySettings {
  return {
    concurrency: settings.concurrency,
    maxBufferBytes: settings.maxBufferBytes,
    deliveryTimeoutMillis: settings.deliveryTimeoutMillis,
    requestTimeoutMillis: settings.requestTimeoutMillis,
    flushTimeoutMillis: settings.flushTimeoutMillis,
    shutdownTimeoutMillis: settings.shutdownTimeoutMillis,
    compression: settings.compression,
    retry: settings.retry ?? DEFAULT_DELIVERY_SETTINGS.retry,
    requestsPerSecond: settings.requestsPerSecond,
    circuitBreaker: settings.circuitBreaker,
    spool: settings.spool,
    provisioning: provisioningSettings(settings),
  };
}

/** The part of an exporter's settings by which groups and streams are made. */
export function provisioningSettings(settings: ExporterSettings): ProvisioningSettings {
  return {
    provision: settings.provision,
    retentionInDays: settings.retentionInDays,
    logGroupClass: settings.logGroupClass,
    kmsKeyId: settings.kmsKeyId,
    tags: settings.tags,
    indexFields: settings.indexFields,
    facetFields: settings.facetFields,
  };
}
