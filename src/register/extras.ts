/** The parts of `register` that work only where a variable asks for them, and are loaded then. */
export { traceContextOf } from '../exporter/trace-context-sources.js';
export { ConsoleCapture } from './console-capture.js';
export { RecordMakers } from './printed-records.js';
export { createNamedExporters } from './named-exporters.js';
export { remarkOnSpanExporters } from './span-exporters.js';
