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
