import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import { expect, onTestFinished } from "vitest";
import type { ContractBench } from "./bench.ts";
import { expectRefusal } from "./expected.ts";

/** Hosts such as serverless-http and mocks pass a request with `headers` but without `rawHeaders`. */
export function hostsContract({ behaviour, send, bearer, seen }: ContractBench): void {
  behaviour(hostWithoutRawHeaders, async () => {
    let emptied = 0;
    const empty = (message: unknown): void => {
      const { request } = message as { request: IncomingMessage };
      // Node builds these from the raw headers on first access.
      expect([request.headers, request.headersDistinct]).toBeDefined();
      request.rawHeaders = [];
      emptied++;
    };
    subscribe("http.server.request.start", empty);
    onTestFinished(() => void unsubscribe("http.server.request.start", empty));

    expectRefusal(await send({ target: "/me" }), "credentials_missing");
    expectRefusal(
      await send({ target: "/me", headers: ["Authorization: Bearer rubbish"] }),
      "token_malformed",
    );
    expectRefusal(await send({ target: "/api/bob/tasks", headers: [bearer("alice")] }), "owner_mismatch");
    expectRefusal(
      await send({ target: "/me?access_token=x", headers: [bearer("alice")] }),
      "credentials_ambiguous",
    );
    expect(seen).toEqual([]);
    expect((await send({ target: "/api/alice/tasks", headers: [bearer("alice")] })).status).toBe(200);
    expect(emptied).toBe(5);
  });
}

/** Does not apply to a host that creates a Request from Node's raw headers. */
export const hostWithoutRawHeaders = "credentials are read from a host without raw headers";
