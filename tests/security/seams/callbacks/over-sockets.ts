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
import { messageOfFailure, type UserFunction } from "../behaviours.ts";
import { ANSWER_TIMEOUT, answerTimeout, type Callback, type Outcome } from "../callback.ts";

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
/** Valid for an hour: all rows may take longer than the 5 minutes of a usual token. */
const bearer = (user: string) => `Authorization: Bearer ${issuer.tokenFor(user, { expiresIn: 3600 })}`;

type Request = readonly [target: string, headers: string[]];

const owns: Request = ["/api/alice/tasks", [bearer("alice")]];

/** The response of an app on a real socket. None in time counts as unavailable. */
async function outcomeOf(
  server: ContractServer,
  [target, headers]: Request,
  milliseconds: number,
): Promise<Outcome> {
  const none = Symbol("no answer");
  const late = new Promise<typeof none>((resolve) => setTimeout(resolve, milliseconds, none).unref());
  const response = await Promise.race([sendRaw(server.origin, { target, headers }), late]);
  if (response === none) return "unavailable";
  if (response.status === 200) return "served";
  if (response.status >= 500 || response.body.includes(messageOfFailure)) return "failed";
  return "refused";
}

/**
 * A row: starts an app with the misbehaving callback, sends a request, and another once the callback behaves.
 */
function row(
  name: string,
  start: (wrap: (good: UserFunction) => UserFunction) => Promise<ContractServer>,
  request: Request,
  expected: Callback["expected"],
): Callback {
  return {
    name: `verify ${name}`,
    expected,
    async use(behaviour) {
      let misbehaves = true;
      const server = await start((good) => {
        const bad = behaviour.of(good);
        return (...input) => (misbehaves ? bad : good)(...input);
      });
      try {
        const during = await outcomeOf(server, request, answerTimeout(expected, behaviour, "unavailable"));
        misbehaves = false;
        return { during, afterwards: await outcomeOf(server, owns, ANSWER_TIMEOUT) };
      } finally {
        await server.close();
      }
    },
  };
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
    row(
      `${target.name} onReject`,
      (wrap) => startTarget(target, { onReject: wrap(() => undefined) }),
      ["/api/alice/tasks", []],
      { usual: "refused" },
    ),
    row(`${target.name} onAccept`, (wrap) => startTarget(target, { onAccept: wrap(() => undefined) }), owns, {
      usual: "served",
    }),
    row(
      `${target.name} custom verifier`,
      (wrap) => startTarget(target, { verifier: own(wrap(good)) }),
      owns,
      {
        usual: "served",
        throws: "failed",
        "throws a value that is not an Error": "failed",
        rejects: "failed",
        "returns a thenable that throws": "failed",
        // The request is rejected, and no other request waits.
        "never settles": "unavailable",
      },
    ),
  ];
}

const ownApp: readonly Callback[] = [
  row("express error handler of another's path", startExpress, ["/users/bob", [bearer("alice")]], {
    usual: "refused",
  }),
  row("koa enforceOwner", startKoa, owns, {
    usual: "refused",
    throws: "failed",
    "throws a value that is not an Error": "failed",
    "changes its input": "served",
    "calls back": "served",
  }),
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
