import type { H3Event, H3Route } from "h3";

/** Ends what a second app does with a request that its route refuses. */
export class InnerRefusal extends Error {
  readonly response: Response;

  constructor(response: Response) {
    super("usher refused this request.");
    this.response = response;
  }
}

/**
 * Has `check` look at the routes of a second app that is used as a handler. It runs no middleware of the
 * first one's, and tells of its route by setting `event.context.matchedRoute`, behind the parameters and
 * before the handler runs.
 *
 * @param check Throws an {@link InnerRefusal} where the route is refused.
 */
export function holdInnerRoutes(
  event: H3Event,
  check: (route: H3Route) => void,
  next: () => unknown,
): unknown {
  let current = event.context.matchedRoute;
  // Of another guard, of the app around this one.
  const { set: setOuter } = Object.getOwnPropertyDescriptor(event.context, "matchedRoute") ?? {};
  Object.defineProperty(event.context, "matchedRoute", {
    configurable: true,
    enumerable: true,
    get: () => current,
    set: (route: H3Route | undefined) => {
      setOuter?.(route);
      if (route !== undefined) check(route);
      current = route;
    },
  });
  try {
    const answer = next();
    return answer instanceof Promise ? answer.catch(responseTo) : answer;
  } catch (error) {
    return responseTo(error);
  }
}

function responseTo(error: unknown): Response {
  if (error instanceof InnerRefusal) return error.response;
  throw error;
}
