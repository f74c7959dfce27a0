import type { AdjustableClock } from './faults/adjustable-clock.js';
import { FaultInjection } from './faults/fault-injection.js';
import type { LocalCloudWatchLogsOptions } from './local-options.js';
import { HANDLERS } from './operations/handlers.js';
import { INGESTION_PATHS } from './operations/http-ingestion.js';
import { OTHER_OPERATIONS } from './operations/other-operations.js';
import type { ServiceContext } from './operations/service-context.js';
import { type Place, PlaceFolders, placeKey, placeOf } from './place.js';
import { openPlace, type PlaceService } from './place-service.js';
import { Places } from './places.js';
import { callerOf } from './protocol/caller.js';
import type { Exchange } from './protocol/http-server.js';
import { createSignatureCheck, type SignatureCheck } from './protocol/signatures.js';
import { ServiceError } from './service-error.js';
import { LocalDestinations } from './subscriptions/local-destinations.js';

/** What faults may name: all operations of the service, also those that it lacks, and the HTTP endpoints. */
const FAULT_OPERATIONS: readonly string[] = [
  ...Object.keys(HANDLERS),
  'StartLiveTail',
  ...OTHER_OPERATIONS,
  ...INGESTION_PATHS.map((path) => path.slice(1)),
];

/** The local service without its HTTP server. */
export interface Service {
  readonly faults: FaultInjection;
  readonly places: Places;
  /** The place of what is not signed. */
  readonly home: Place;
  /** As that of operations, for `/_control`: there a signature may also be fresh by the clock that nobody set. */
  readonly authenticateControl: SignatureCheck;
  /** The service in the region and account for which a request is signed; home for one that is not signed. */
  placeOf(exchange: Exchange): Promise<PlaceService>;
  /** The parts at home. */
  readonly context: ServiceContext;
  /** Answers a request, which waits for the end of a reset, and is told where one took what it worked on. */
  answering(answer: () => Promise<void>): Promise<void>;
  /** Back to what it was at the start, with nothing stored. */
  reset(): Promise<void>;
  /** Ends what runs; what is stored is written and closed. */
  close(): Promise<void>;
}

/**
 * Puts the parts of a service together.
 * @param options - already checked
 * @throws OptionError for a wrong fault or destination; CloudWatchLogsError for a folder that can't be used
 */
export function createService(options: LocalCloudWatchLogsOptions, clock: AdjustableClock): Service {
  const { accountId = '000000000000', region = 'us-east-1', verifySignatures, dataDirectory } = options;
  const epochMillis = (): number => clock.now();
  const faults = new FaultInjection(options.faultSeed, FAULT_OPERATIONS);
  const addFaults = (): void => {
    for (const rule of options.faults ?? []) faults.add(rule);
  };
  addFaults();
  const home = { accountId, region };
  const tell = options.onWarning ?? warn;
  const toldElsewhere = new Set<string>();
  const shared = {
    clock,
    faults,
    destinations: new LocalDestinations(options.subscriptionDestinations),
    authenticate: (verifySignatures
      ? createSignatureCheck(verifySignatures, epochMillis)
      : () => undefined) satisfies SignatureCheck,
    tell,
    tellElsewhere: (logGroupName: string, place: Place): void => {
      const [elsewhere] = places.holding(logGroupName);
      const key = `${placeKey(place)} ${logGroupName}`;
      if (!elsewhere || toldElsewhere.has(key)) return;
      toldElsewhere.add(key);
      tell(
        `the log group ${logGroupName} is not in ${shown(place)}, for which the request is signed, but in ${shown(elsewhere)}`,
      );
    },
  };
  const folders = dataDirectory === undefined ? undefined : new PlaceFolders(dataDirectory, home);
  const places = new Places(home, folders?.stored() ?? [], (place) =>
    openPlace(place, folders?.folderOf(place), shared, options),
  );
  folders?.note();
  let resets = 0;
  let resetting: Promise<void> | undefined;
  const reset = async (): Promise<void> => {
    resets++;
    await places.clear();
    faults.reset();
    addFaults();
    clock.reset();
    toldElsewhere.clear();
  };
  return {
    faults,
    places,
    home,
    // Whoever has set the clock by hours signs by another, and could never set it back.
    authenticateControl: verifySignatures
      ? createSignatureCheck(verifySignatures, epochMillis, () => clock.unadjusted())
      : () => undefined,
    placeOf: async ({ request, body }) => {
      const place = placeOf(callerOf(request), home, options.accounts ?? {});
      if (verifySignatures && !places.has(place)) {
        // Nobody makes a place by a signature that is not right.
        await body.read();
        shared.authenticate(request, body.raw, []);
      }
      return places.find(place);
    },
    get context() {
      return places.home.context;
    },
    answering: async (answer) => {
      await resetting;
      const before = resets;
      try {
        await answer();
      } catch (error) {
        if (resets === before || error instanceof ServiceError) throw error;
        throw new ServiceError(
          'ServiceUnavailableException',
          'The local service was reset while it worked on the request; send it again.',
          { status: 503 },
        );
      }
    },
    reset: () => {
      resetting ??= reset().finally(() => {
        resetting = undefined;
      });
      return resetting;
    },
    close: () => places.close(),
  };
}

function shown({ accountId, region }: Place): string {
  return `${region} of account ${accountId}`;
}

function warn(line: string): void {
  process.emitWarning(line, 'LocalCloudWatchLogs');
}
