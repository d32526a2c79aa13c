/** What betterAuthToken takes, and what it must refuse. `tsc` checks this file. It is never executed. */
import { usherJwt } from "@usher-auth/issuer";
import { betterAuth } from "better-auth";
import { createAuthClient as vanilla } from "better-auth/client";
import { adminClient, jwtClient, organizationClient } from "better-auth/client/plugins";
import { admin, bearer, jwt, organization, twoFactor, username } from "better-auth/plugins";
import { createAuthClient as react } from "better-auth/react";
import { createAuthClient as solid } from "better-auth/solid";
import { createAuthClient as svelte } from "better-auth/svelte";
import { createAuthClient as vue } from "better-auth/vue";
import type { Headers as UndiciHeaders } from "undici";
import { createApiClient } from "../../src/index.ts";
import { betterAuthToken, serverApi } from "../../src/server.ts";

declare const headers: Headers;
declare const undiciHeaders: UndiciHeaders;
/** What `headers()` of Next.js resolves to. */
declare const readonlyHeaders: Headers & {
  append(...parameters: unknown[]): void;
  set(...parameters: unknown[]): void;
  delete(...parameters: unknown[]): void;
};

// Servers.
const own = betterAuth({ plugins: [jwt()] });
const ushers = betterAuth({ plugins: [usherJwt({ audience: "https://api.example.com" })] });
const many = betterAuth({
  emailAndPassword: { enabled: true },
  session: { cookieCache: { enabled: true } },
  user: { additionalFields: { plan: { type: "string", required: true } } },
  plugins: [admin(), organization({ teams: { enabled: true } }), twoFactor(), username(), bearer(), jwt()],
});
betterAuthToken(own, headers);
betterAuthToken(ushers, undiciHeaders);
betterAuthToken(many, readonlyHeaders);

// Clients, with one plugin and with several, in a browser and on a server.
const plugins = [jwtClient()];
const clients = [
  vanilla({ plugins }),
  react({ plugins }),
  vue({ plugins }),
  svelte({ plugins }),
  solid({ plugins }),
];
for (const client of clients) {
  createApiClient({ baseURL: "https://api.example.com", getToken: betterAuthToken(client) });
  serverApi({ baseURL: undefined }).for(betterAuthToken(client, headers));
}
betterAuthToken(react({ plugins: [organizationClient(), adminClient(), jwtClient()] }));
betterAuthToken(vue({ plugins: [organizationClient(), adminClient(), jwtClient()] }));

// @ts-expect-error a server without the plugin
betterAuthToken(betterAuth({ plugins: [bearer()] }), headers);
// @ts-expect-error a client without the plugin
betterAuthToken(react());
// @ts-expect-error a server needs the headers of the request
betterAuthToken(own);
// @ts-expect-error in Next.js, headers() must be awaited
betterAuthToken(own, Promise.resolve(headers));
// @ts-expect-error the headers of Node are not Headers
betterAuthToken(own, { cookie: "a=b" });
// @ts-expect-error the headers may not be undefined
betterAuthToken(own, undefined);
