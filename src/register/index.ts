/** What the command takes from `register`, to see what `register` would do. */
export { Application } from './application.js';
export { readConfigFile } from './config-file.js';
