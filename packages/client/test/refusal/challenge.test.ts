import { describe, expect, test, vi } from "vitest";
import type { ApiClientOptions, ReauthenticationRequired } from "../../src/index.ts";
import { clientOf } from "../support/client.ts";
import { startServer } from "../support/server.ts";
import { NOON, tokenOf, tokensInTurn } from "../support/tokens.ts";

const before = tokenOf("before the sign-in");
const after = tokenOf("after the sign-in");

/** A client whose next token is from after the sign-in. */
const clientAsking = (
  api: { readonly url: string },
  onReauthenticationRequired: NonNullable<ApiClientOptions["onReauthenticationRequired"]>,
) =>
  clientOf({
    baseURL: api.url,
    now: () => NOON,
    ...tokensInTurn(before, after),
    onReauthenticationRequired,
  });

describe("the challenge of an API without problem bodies", () => {
  test.each([
    ['Bearer realm="api", error="insufficient_user_authentication", max_age="300"', 300],
    ['Basic realm="a, b", Bearer error="insufficient_user_authentication",max_age=60', 60],
    ['bearer ERROR = "insufficient_user_authentication"', undefined],
    ['Negotiate YIIJ==, Bearer error="insufficient_user_authentication", max_age="5"', 5],
    ["Negotiate YIIJ= , Basic realm=, Bearer error=insufficient_user_authentication", undefined],
    ['Bearer error="insufficient_user_authentication", max_age="-1"', undefined],
    ['Bearer error="insufficient_user_authentication", max_age="soon", acr_values="gold"', undefined],
  ])("asks by %s", async (challenge, maxAge) => {
    const api = await startServer((request, response) => {
      if (request.headers.authorization === `Bearer ${after}`) return void response.end("ok");
      response.writeHead(401, { "www-authenticate": challenge }).end("Unauthorized");
    });
    const asked: ReauthenticationRequired[] = [];
    const client = clientAsking(api, (event) => asked.push(event) > 0);

    expect((await client("account")).status).toBe(200);
    expect(asked).toEqual([{ maxAge }]);
  });

  test.each([
    ['DPoP error="insufficient_user_authentication", max_age="300"', 401],
    ['Bearer error="invalid_token", error_description="error=\\"insufficient_user_authentication\\""', 401],
    ['Bearer error="insufficient_user_authentication", max_age="300"', 403],
  ])("does not ask by %s with status %d", async (challenge, status) => {
    const api = await startServer((_request, response) =>
      response.writeHead(status, { "www-authenticate": challenge }).end("Unauthorized"),
    );
    const ask = vi.fn(() => true);
    const client = clientAsking(api, ask);

    expect((await client("account")).status).toBe(status);
    expect(ask).not.toHaveBeenCalled();
  });

  test("the code of a problem decides, not the challenge", async () => {
    const api = await startServer((_request, response) =>
      response
        .writeHead(401, {
          "www-authenticate": 'Bearer error="insufficient_user_authentication"',
          "content-type": "application/problem+json",
        })
        .end('{"code":"audience_rejected"}'),
    );
    const ask = vi.fn(() => true);
    const client = clientAsking(api, ask);

    expect((await client("account")).status).toBe(401);
    expect(ask).not.toHaveBeenCalled();
  });
});
