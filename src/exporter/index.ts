export {
  diagnose,
  type Diagnosis,
  type DiagnosisParts,
  type DiagnosisSettings,
} from './diagnosis/diagnose.js';
export { type Finding, type FindingStatus } from './diagnosis/finding.js';
export { type CloudWatchLogExporterOptions } from './options.js';
