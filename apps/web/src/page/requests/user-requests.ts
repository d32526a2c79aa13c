import type { Development, SecondUser } from "../api/development.ts";
import type { UserApi } from "../api/user-api.ts";
import type { RequestKind } from "./request-texts.ts";
import { type Exchange, forwardedExchange, sendRequest, tasksUrl } from "./send-request.ts";
import { tamperSignature } from "./tamper.ts";

/** Where the parts of the requests come from. */
export type RequestParts = {
  api: Pick<UserApi, "apiUrl" | "userId" | "validToken">;
  development: Pick<Development, "otherAudienceToken" | "sendTwoHeaders">;
  /** Resolves to undefined if there is no second user. */
  secondUser: () => Promise<SecondUser | undefined>;
  /** Resolves when the token has expired. */
  expiredToken: () => Promise<string>;
  /** The token of the browser's session, which is not for the API. */
  sessionToken: () => Promise<string>;
};

/** A path that belongs to no one. */
const nobody = "another-user";

/** Sends one kind of request. Each differs from the valid one in one thing. */
export async function sendUserRequest(kind: RequestKind, parts: RequestParts): Promise<Exchange> {
  const { api, development } = parts;
  const url = tasksUrl(api.apiUrl, api.userId);
  switch (kind) {
    case "valid":
      return sendRequest({ url, token: await api.validToken() });
    case "none":
      return sendRequest({ url, token: undefined });
    case "other-user": {
      const other = await parts.secondUser();
      return sendRequest({ url: tasksUrl(api.apiUrl, other?.id ?? nobody), token: await api.validToken() });
    }
    case "tampered": {
      const tampered = tamperSignature(await api.validToken());
      if (tampered === undefined) throw new Error("The token has no signature to change");
      const { token, position, was, is } = tampered;
      return sendRequest({
        url,
        token,
        change: `character ${position} of the signature, from ${was} to ${is}`,
      });
    }
    case "expired":
      return sendRequest({ url, token: await parts.expiredToken() });
    case "other-audience":
      return sendRequest({ url, token: await development.otherAudienceToken() });
    case "session":
      return sendRequest({ url, token: await parts.sessionToken() });
    case "two-headers": {
      const response = await development.sendTwoHeaders();
      return forwardedExchange(response, ["your token", "the second user's token"]);
    }
  }
}
