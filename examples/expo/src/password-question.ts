/** A question to the user that any code can ask. The dialog `PasswordDialog` shows it. */
let answer: ((signedIn: boolean) => void) | undefined;
const listeners = new Set<() => void>();

function changed(next: typeof answer): void {
  answer = next;
  for (const listener of listeners) listener();
}

export const passwordQuestion = {
  /** Resolves to whether the user has signed in again. */
  ask: () => new Promise<boolean>((resolve) => changed(resolve)),
  isOpen: () => answer !== undefined,
  close(signedIn: boolean): void {
    answer?.(signedIn);
    changed(undefined);
  },
  /** For `useSyncExternalStore`. */
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
