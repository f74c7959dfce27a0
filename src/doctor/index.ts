export { diagnose, type Diagnosis, type DiagnosisParts, type DiagnosisSettings } from './diagnose.js';
export { type Finding, type FindingStatus } from './finding.js';
export { hiddenOlderEvents } from './older-events.js';
export { type CloudWatchLogExporterOptions } from '../options/options.js';
