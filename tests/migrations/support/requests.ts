import type { Ask } from "./migration.ts";

/** A GET, with a token in the header, or the token for a stage. */
export function get(path: string, token?: string | ((stage: string) => string)): Ask {
  return (api, stage) => {
    const ofStage = typeof token === "function" ? token(stage) : token;
    const headers: Record<string, string> =
      ofStage === undefined ? {} : { authorization: `Bearer ${ofStage}` };
    return fetch(api + path, { headers });
  };
}

/**
 * A user who signs in at the API's own `/login`. In the stages after the first, `ask` first sends the token
 * of the stage before, and returns the response if it is not a 200. Where there is no `/login`, it sends
 * that token only.
 */
export function inTurn(email: string) {
  let token: string | undefined;
  const ask = (path: string): Ask => {
    return async (api, stage) => {
      const response = token === undefined ? undefined : await get(path, token)(api, stage);
      if (response !== undefined && !response.ok) return response;
      const headers = { "content-type": "application/json" };
      const login = await fetch(`${api}/login`, { method: "POST", headers, body: JSON.stringify({ email }) });
      if (!login.ok) return login;
      ({ token } = (await login.json()) as { token: string });
      return await get(path, token)(api, stage);
    };
  };
  return { ask, last: () => token ?? "" };
}
