/** What `register` does only where a variable asks for it; loaded then. */
export { ConsoleCapture } from './console-capture.js';
export { RecordMakers } from './printed-records.js';
