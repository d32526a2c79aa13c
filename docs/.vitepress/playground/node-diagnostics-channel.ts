/** No one subscribes to the guard's events in the playground. */
export function channel(name: string) {
  return { name, hasSubscribers: false, publish() {} };
}

export function subscribe(): void {}

export function unsubscribe(): boolean {
  return false;
}
