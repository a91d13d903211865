/** Questions to the server. Every address is under the page's own, so a proxy may move us. */

const PATIENCE_MS = 20_000;

/** The server did not answer, or answered that it cannot. */
export class RequestFailed extends Error {
  /** @param {string} path @param {number} status 0 when nothing was answered @param {string} detail */
  constructor(path, status, detail) {
    super(detail || `${path}: ${status}`);
    this.status = status;
  }
}

/**
 * Make an address out of a path of the server.
 *
 * @param {string} path with or without a slash at the start
 */
export function address(path) {
  return new URL(path.replace(/^\//, ""), document.baseURI).href;
}

/**
 * Fetch JSON.
 *
 * @param {string} path
 * @param {AbortSignal} [signal] gives up when the answer is no longer wanted
 * @returns {Promise<unknown>} whoever asks says what shape the answer has
 * @throws {RequestFailed}
 */
export async function json(path, signal) {
  return ask(path, (answer) => answer.json(), signal);
}

/**
 * Fetch bytes.
 *
 * @param {string} path
 * @returns {Promise<ArrayBuffer>}
 * @throws {RequestFailed}
 */
export async function buffer(path) {
  return ask(path, (answer) => answer.arrayBuffer());
}

/**
 * Fetch with a time limit, and turn every failure into one kind of error.
 *
 * @template Body
 * @param {string} path
 * @param {(answer: Response) => Promise<Body>} read
 * @param {AbortSignal} [signal]
 */
async function ask(path, read, signal) {
  const limit = AbortSignal.timeout(PATIENCE_MS);
  try {
    const answer = await fetch(address(path), { signal: signal ? AbortSignal.any([signal, limit]) : limit });
    if (answer.ok) return await read(answer);
    const problem = /** @type {{detail?: string}} */ (await answer.json().catch(() => ({})));
    throw new RequestFailed(path, answer.status, problem.detail ?? "");
  } catch (error) {
    if (error instanceof RequestFailed || signal?.aborted) throw error;
    throw new RequestFailed(path, 0, String(error));
  }
}

/**
 * A request whose answer is undefined when a later request was made before it came.
 *
 * @template Answer
 * @typedef {(path: string) => Promise<Answer|undefined>} Latest
 */

/**
 * Make a function that asks, and cancels its request before when that is still running.
 *
 * @template Answer
 * @returns {Latest<Answer>}
 */
export function latest() {
  /** @type {AbortController|null} */
  let running = null;
  return async (path) => {
    running?.abort();
    const mine = new AbortController();
    running = mine;
    try {
      const answer = /** @type {Answer} */ (await json(path, mine.signal));
      return mine.signal.aborted ? undefined : answer;
    } catch (error) {
      if (mine.signal.aborted) return undefined;
      throw error;
    }
  };
}
