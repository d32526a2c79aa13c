import { createTestIssuer } from "@usher-auth/testing";
import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { count } from "../report/counts.ts";
import { fetchApps, imitableApps } from "./hosts/fetch-apps.ts";
import { fetchHosts, imitatingFetchHosts } from "./hosts/fetch-hosts.ts";
import type { Host, HostAnswer, HostedApp } from "./hosts/host.ts";
import { nodeApps } from "./hosts/node-apps.ts";
import { nodeHosts } from "./hosts/node-hosts.ts";

const issuer = createTestIssuer();
const { secret, issuer: name, audience } = issuer;
const verifier = createVerifier({ keys: sharedSecret(secret), issuer: name, audience });
const alice = `Bearer ${issuer.tokenFor("alice")}`;
const bob = `Bearer ${issuer.tokenFor("bob")}`;

/** The requests to every host, and their results. */
const questions: Readonly<
  Record<string, readonly [target: string, authorization: readonly string[], status: number, says: string]>
> = {
  "a good token": ["/me", [alice], 200, "alice"],
  "a good token on its own path": ["/api/alice/tasks", [alice], 200, "alice"],
  "a good token on another's path": ["/api/bob/tasks", [alice], 403, "owner_mismatch"],
  "no token": ["/me", [], 401, "credentials_missing"],
  "another scheme": ["/me", ["Basic YTpi"], 401, "credentials_missing"],
  "a bad token": ["/me", [`${alice}x`], 401, "signature_invalid"],
  "two fields": ["/me", [alice, bob], 400, "credentials_ambiguous"],
  "the same field twice": ["/me", [alice, alice], 400, "credentials_ambiguous"],
  "a token in the query as well": ["/me?access_token=x", [alice], 400, "credentials_ambiguous"],
};

function table<App>(apps: readonly HostedApp<App>[], hosts: readonly Host<App>[]): void {
  describe.each(apps)("$name", ({ start, exceptions }) => {
    let started: Awaited<ReturnType<typeof start>>;
    beforeAll(async () => {
      started = await start();
    });
    afterAll(() => started?.close());

    for (const host of hosts) {
      it.for(Object.entries(questions))(
        `${host.name}: %s`,
        async ([, [target, authorization, status, says]], test) => {
          const reason = exceptions?.[host.name];
          if (reason !== undefined) test.skip(reason);
          count(test, { requests: 1 });
          const answer = await host.ask(started.app, { target, authorization });
          expect([answer.status, saidBy(answer)], answer.body).toEqual([status, says]);
        },
      );
    }
  });
}

/** The id that the handler got, or the code of the refusal; with or without tRPC's envelope. */
function saidBy({ body }: HostAnswer): unknown {
  const said = JSON.parse(body);
  return said.id ?? said.code ?? said.result?.data?.id ?? said.error?.data?.problem?.code;
}

describe("requests of Node-like hosts", () => table(nodeApps(verifier), nodeHosts));
describe("requests of fetch-like hosts", () => {
  table(fetchApps(verifier), fetchHosts);
  describe("imitations", () => table(imitableApps(verifier), imitatingFetchHosts));
});
