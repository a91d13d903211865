/** @typedef {import("./types.js").State} State */
/** @typedef {(state: State, previous: State) => void} Listener */

/**
 * Make the one place where the state of the page lives.
 *
 * @param {State} initial
 */
export function createStore(initial) {
  let state = initial;
  /** @type {{keys: string[], tell: Listener}[]} */
  const listeners = [];
  return {
    get: () => state,
    /** @param {Partial<State>} patch */
    set(patch) {
      const previous = state;
      state = { ...state, ...patch };
      const changed = Object.keys(patch).filter((key) => !same(Reflect.get(previous, key), Reflect.get(state, key)));
      if (!changed.length) return;
      for (const { keys, tell } of [...listeners]) {
        if (keys.some((key) => changed.includes(key))) tell(state, previous);
      }
    },
    /**
     * Be told when one of the keys has changed.
     *
     * @param {(keyof State)[]} keys
     * @param {Listener} tell
     */
    on(keys, tell) {
      listeners.push({ keys, tell });
    },
  };
}

/** @typedef {ReturnType<typeof createStore>} Store */

/** @param {unknown} a @param {unknown} b */
export function same(a, b) {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
