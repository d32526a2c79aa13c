/** Milliseconds until a token of one and a half seconds is refused: APIs tolerate other clocks. */
const untilRefused = 6_700;

/** Returns a token that really has expired. */
export type ExpiredToken = () => Promise<string>;

/**
 * Fetches a token that ends soon, once, and waits until no API accepts it any more. Call it early:
 * the time then has passed before anyone asks.
 */
export function createExpiredToken(fetchToken: () => Promise<string>): ExpiredToken {
  let waiting: Promise<string> | undefined;
  return () => {
    waiting ??= fetchToken().then(
      (token) => new Promise((resolve) => setTimeout(() => resolve(token), untilRefused)),
    );
    waiting.catch(() => {
      waiting = undefined;
    });
    return waiting;
  };
}
