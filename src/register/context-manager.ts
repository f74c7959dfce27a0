import { AsyncLocalStorage } from 'node:async_hooks';
import { type EventEmitter } from 'node:events';
import { type Context, type ContextManager, ROOT_CONTEXT } from '@opentelemetry/api';

type Listener = (...args: unknown[]) => unknown;
const ADDING_METHODS = ['addListener', 'on', 'once', 'prependListener', 'prependOnceListener'] as const;
const REMOVING_METHODS = ['removeListener', 'off'] as const;

/**
 * Carries the active span through asynchronous code, for applications that have instrumentations but not
 * `@opentelemetry/context-async-hooks`, whose manager is taken where it is installed.
 */
export class LocalStorageContextManager implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    const bound = thisArg === undefined ? fn : fn.bind(thisArg);
    return this.#storage.run(context, bound, ...args);
  }

  bind<T>(context: Context, target: T): T {
    if (typeof target === 'function') return this.#bindFunction(context, target as Listener) as T;
    if (isEventEmitter(target)) return this.#bindEmitter(context, target) as T;
    return target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    this.#storage.disable();
    return this;
  }

  #bindFunction(context: Context, target: Listener): Listener {
    const storage = this.#storage;
    const bound = function (this: unknown, ...args: unknown[]) {
      return storage.run(context, () => target.apply(this, args));
    };
    Object.defineProperty(bound, 'length', { configurable: true, value: target.length });
    return bound;
  }

  /** Listeners added from now on run in `context`; they can still be removed by the function given. */
  #bindEmitter(context: Context, emitter: EventEmitter): EventEmitter {
    const boundOf = new WeakMap<Listener, Listener>();
    for (const method of ADDING_METHODS) {
      const original = emitter[method].bind(emitter);
      emitter[method] = (event: string | symbol, listener: Listener) => {
        const bound = boundOf.get(listener) ?? this.#bindFunction(context, listener);
        // Node looks for `listener` when it removes; it also tells our wrapper from once's.
        (bound as { listener?: Listener }).listener = listener;
        boundOf.set(listener, bound);
        return original(event, bound);
      };
    }
    for (const method of REMOVING_METHODS) {
      const original = emitter[method].bind(emitter);
      emitter[method] = (event: string | symbol, listener: Listener) =>
        original(event, boundOf.get(listener) ?? listener);
    }
    return emitter;
  }
}

function isEventEmitter(target: unknown): target is EventEmitter {
  return (
    typeof target === 'object' &&
    target !== null &&
    typeof (target as Partial<EventEmitter>).on === 'function' &&
    typeof (target as Partial<EventEmitter>).removeListener === 'function'
  );
}
