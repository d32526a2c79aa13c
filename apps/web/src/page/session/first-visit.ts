const KEY = "usher:has-account";

/** Whether no user has signed in with this browser yet. The page then starts with the sign-up form. */
export function isFirstVisit(): boolean {
  try {
    return localStorage.getItem(KEY) === null;
  } catch {
    // Storage may be disabled.
    return false;
  }
}

export function rememberVisit(): void {
  try {
    localStorage.setItem(KEY, "yes");
  } catch {
    // As above: the page then starts with the sign-in form.
  }
}
