/** An Elysia app with WebSockets, which Elysia only has on Bun. */
import { usher } from "@usher-auth/verify/elysia";
import { Elysia } from "elysia";
import type { Settings } from "../../../tests/runtimes/program/app.ts";
import { verifierOf } from "../test/contract/trust.ts";

const { trust } = JSON.parse(process.argv[2] as string) as Settings;
const app = new Elysia()
  .use(usher({ verifier: verifierOf(trust, Date.now), ownerParam: "userId" }))
  .ws("/open", { public: true })
  .ws("/guarded", {})
  .ws("/users/:userId", {})
  .listen({ hostname: "127.0.0.1", port: 0 });
console.log(JSON.stringify({ port: app.server?.port }));
