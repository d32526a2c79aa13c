import type { H3Event, H3Route } from "h3";

/** Stops a second app from handling a request that its route rejects. */
export class InnerRefusal extends Error {
  readonly response: Response;

  constructor(response: Response) {
    super("usher refused this request.");
    this.response = response;
  }
}

/**
 * Calls `check` for each route of a second app that is used as a handler. h3 runs none of the first app's
 * middleware there. It sets `event.context.matchedRoute` after the parameters and before it calls the
 * handler.
 *
 * @param check Throws an {@link InnerRefusal} if the route rejects the request.
 */
export function interceptInnerRoutes(
  event: H3Event,
  check: (route: H3Route) => void,
  next: () => unknown,
): unknown {
  let current = event.context.matchedRoute;
  // The accessor of another guard, of an outer app.
  const { set: setOuter } = Object.getOwnPropertyDescriptor(event.context, "matchedRoute") ?? {};
  Object.defineProperty(event.context, "matchedRoute", {
    configurable: true,
    enumerable: true,
    get: () => current,
    set: (route: H3Route | undefined) => {
      setOuter?.(route);
      // First, so that a refusal is logged with the route that it is about.
      current = route;
      if (route !== undefined) check(route);
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
