import { channel } from "node:diagnostics_channel";
import { subscribe } from "@usher-auth/verify/events";

/** What a subscriber got, as JSON. */
export interface Observed {
  readonly name: string;
  readonly frozen: boolean;
  readonly code?: string | undefined;
  readonly adapter?: string;
  readonly route?: string | undefined;
  readonly path?: string | undefined;
  readonly user?: string | undefined;
  /** Whether a subscriber of `node:diagnostics_channel` got the same object. */
  readonly same: boolean;
}

const names = ["usher:verify", "usher:accept", "usher:reject"] as const;

/** Subscribes to the events of a request, both ways. */
export function observe(record: (observed: Observed) => void): void {
  let last: unknown;
  for (const name of names) {
    channel(name).subscribe((event) => {
      last = event;
    });
    subscribe(name, (event) => {
      const { code, adapter, route, path, principal } = event as {
        code?: string;
        adapter: string;
        route?: string;
        path?: string;
        principal?: { id: string };
      };
      const user = principal?.id;
      record({
        name,
        frozen: Object.isFrozen(event),
        code,
        adapter,
        route,
        path,
        user,
        same: last === event,
      });
    });
  }
}

/** Subscribes to them with listeners that throw, and that reject. */
export function observeBadly(): void {
  for (const name of names) {
    subscribe(name, () => {
      throw new Error("the subscriber is broken");
    });
    subscribe(name, () => Promise.reject(new Error("the subscriber is broken")));
  }
}
