import { createServer } from "node:http";
import { createTestIssuer } from "@usher-auth/testing";
import { createVerifier, sharedSecret, type Verifier } from "@usher-auth/verify";
import { usher as expressUsher } from "@usher-auth/verify/express";
import { enforceOwner, usher as koaUsher } from "@usher-auth/verify/koa";
import express from "express";
import Koa from "koa";
import { sendRaw } from "../../../../packages/verify/test/contract/raw-request.ts";
import type { ContractServer, ContractTarget } from "../../../../packages/verify/test/contract/target.ts";
import { listen } from "../../../../packages/verify/test/contract/targets/server.ts";
import { frameworks } from "../../http/frameworks.ts";
import { type Behaviour, messageOfFailure, type UserFunction } from "../behaviours.ts";
import type { Callback, Outcome } from "../callback.ts";

const issuer = createTestIssuer();
const made = {
  keys: "secret" as const,
  secret: issuer.secret,
  issuer: issuer.issuer,
  audience: issuer.audience,
};
const verifier = createVerifier({
  keys: sharedSecret(issuer.secret),
  issuer: issuer.issuer,
  audience: issuer.audience,
});
const bearer = (user: string) => `Authorization: Bearer ${issuer.tokenFor(user)}`;

/**
 * The response of an app on a real socket. None within a second counts as unavailable.
 */
async function outcomeOf(server: ContractServer, target: string, headers: string[]): Promise<Outcome> {
  const none = Symbol("no answer");
  const late = new Promise<typeof none>((resolve) => setTimeout(resolve, 1000, none).unref());
  const response = await Promise.race([sendRaw(server.origin, { target, headers }), late]);
  if (response === none) return "unavailable";
  if (response.status === 200) return "served";
  if (response.status >= 500 || response.body.includes(messageOfFailure)) return "failed";
  return "refused";
}

/** Starts an app with the misbehaving callback, sends a request, and another once the callback behaves. */
async function ask(
  behaviour: Behaviour,
  start: (wrap: (good: UserFunction) => UserFunction) => Promise<ContractServer>,
  [target, headers]: readonly [string, string[]],
): Promise<{ during: Outcome; afterwards: Outcome }> {
  let misbehaves = true;
  const server = await start((good) => {
    const bad = behaviour.of(good);
    return (...input) => (misbehaves ? bad : good)(...input);
  });
  try {
    const during = await outcomeOf(server, target, headers);
    misbehaves = false;
    return { during, afterwards: await outcomeOf(server, "/api/alice/tasks", [bearer("alice")]) };
  } finally {
    await server.close();
  }
}

const handle = () => ({ of: "a handler" });

function startTarget(target: ContractTarget, options: object): Promise<ContractServer> {
  const parts = { trust: made, clock: Date.now };
  return target.start({ verifier, ownerParam: "userId", ...options }, handle, parts);
}

/** For each framework, over a real socket: listeners, and a custom verifier. */
function callbacksOf(target: ContractTarget): readonly Callback[] {
  const good: UserFunction = (token) => verifier.verifySync(token as string);
  const own = (verify: UserFunction): Verifier => ({ ...verifier, verify: verify as never });
  return [
    {
      name: `verify ${target.name} onReject`,
      use: (behaviour) =>
        ask(behaviour, (wrap) => startTarget(target, { onReject: wrap(() => undefined) }), [
          "/api/alice/tasks",
          [],
        ]),
      expected: { usual: "refused" },
    },
    {
      name: `verify ${target.name} onAccept`,
      use: (behaviour) =>
        ask(behaviour, (wrap) => startTarget(target, { onAccept: wrap(() => undefined) }), [
          "/api/alice/tasks",
          [bearer("alice")],
        ]),
      expected: { usual: "served" },
    },
    {
      name: `verify ${target.name} custom verifier`,
      use: (behaviour) =>
        ask(behaviour, (wrap) => startTarget(target, { verifier: own(wrap(good)) }), [
          "/api/alice/tasks",
          [bearer("alice")],
        ]),
      expected: {
        usual: "served",
        throws: "failed",
        "throws a value that is not an Error": "failed",
        rejects: "failed",
        "returns a thenable that throws": "failed",
        // The request is rejected, and no other request waits.
        "never settles": "unavailable",
      },
    },
  ];
}

const ownApp: readonly Callback[] = [
  {
    name: "verify express error handler of another's path",
    use: (behaviour) => ask(behaviour, startExpress, ["/users/bob", [bearer("alice")]]),
    expected: { usual: "refused" },
  },
  {
    name: "verify koa enforceOwner",
    use: (behaviour) => ask(behaviour, startKoa, ["/api/alice/tasks", [bearer("alice")]]),
    expected: {
      usual: "refused",
      throws: "failed",
      "throws a value that is not an Error": "failed",
      "changes its input": "served",
      "calls back": "served",
    },
  },
];

function startExpress(wrap: (good: UserFunction) => UserFunction): Promise<ContractServer> {
  const handled = wrap((_error, _request, response) => response.status(418).send("handled"));
  const app = express();
  app.use(expressUsher({ verifier, ownerParam: "userId" }));
  app.get("/api/:userId/tasks", (_request, response) => void response.json({}));
  app.use("/users", () => {
    throw new Error("the app's");
  });
  app.use("/users/:userId", ((error, request, response, next) =>
    handled(error, request, response, next)) as express.ErrorRequestHandler);
  return listen(createServer(app));
}

function startKoa(wrap: (good: UserFunction) => UserFunction): Promise<ContractServer> {
  const app = new Koa();
  app.silent = true;
  app.use(koaUsher({ verifier, ownerParam: "userId" }));
  app.use(enforceOwner(wrap((context) => context.path.split("/")[2])));
  app.use((context) => {
    context.body = {};
  });
  return listen(createServer(app.callback()));
}

export const socketCallbacks: readonly Callback[] = [
  ...frameworks.flatMap(({ target }) => callbacksOf(target)),
  ...ownApp,
];
