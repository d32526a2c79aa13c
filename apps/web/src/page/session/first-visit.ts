const KEY = "usher:has-account";

/**
 * Whether nobody has signed in with this browser yet: then the form to begin with is the one for a new
 * account.
 */
export function isFirstVisit(): boolean {
  try {
    return localStorage.getItem(KEY) === null;
  } catch {
    // Storage may be switched off. That is no reason to stop anybody.
    return false;
  }
}

export function rememberVisit(): void {
  try {
    localStorage.setItem(KEY, "yes");
  } catch {
    // As above: the other form will be the first next time, and nothing else.
  }
}
