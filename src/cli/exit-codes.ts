/** How the command ends; part of its interface. */
export const EXIT = {
  /** Done; a look-up or query found something. */
  found: 0,
  /** A look-up or query found nothing. */
  nothingFound: 1,
  /** The command line or the query is wrong. */
  usage: 2,
  /** The service, the credentials or the network failed. */
  failed: 3,
  /** `doctor` found something that keeps log records from arriving. */
  unhealthy: 4,
  /** Ctrl-C (128 + SIGINT). */
  interrupted: 130,
} as const;

export const EXIT_CODES_HELP = `
Exit codes: 0 found, 1 nothing found, 2 wrong command line or query, 3 service, credentials or
network failed, 4 doctor: a check failed, 130 interrupted.`;
