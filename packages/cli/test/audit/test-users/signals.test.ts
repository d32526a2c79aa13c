import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { type Issuer, type IssuerSetup, startIssuer } from "../../support/issuer.ts";
import { startApi } from "./support.ts";

const main = fileURLToPath(new URL("../../../src/main.ts", import.meta.url));

/** An audit in a separate process, and what it has reached. */
interface Running {
  readonly issuer: Issuer;
  readonly child: ChildProcess;
  readonly output: Promise<string>;
  readonly errors: Promise<string>;
  /** Resolves when the API gets the first request with a token. */
  readonly audits: Promise<void>;
}

/** Starts an audit that lasts as long as the API's answer, of a second. */
async function start(setup: IssuerSetup = {}): Promise<Running> {
  const issuer = await startIssuer(setup);
  const audits = Promise.withResolvers<void>();
  const api = await startApi(issuer, {
    async onRequest() {
      audits.resolve();
      await new Promise((resolve) => setTimeout(resolve, 1000));
    },
  });
  const flags = ["--disable-warning=ExperimentalWarning", "--conditions=@usher-auth/source", main];
  const words = ["audit", api, "--test-users", "--issuer", issuer.url, "--json"];
  const child = spawn(process.execPath, [...flags, ...words], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return { issuer, child, output: text(child.stdout), errors: text(child.stderr), audits: audits.promise };
}

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("after %s it deletes the test users", async (signal) => {
  const { issuer, child, output, errors, audits } = await start();
  await audits;
  child.kill(signal);
  // Ctrl-C arrives twice if npm forwards it.
  child.kill(signal);
  expect(await once(child, "exit")).toEqual([2, null]);
  expect(JSON.parse(await output).halt).toBe("interrupted");
  expect(await errors).toMatch(/interrupted: deleting the test users.*\ntest users deleted\n$/);
  expect(issuer.emails()).toEqual([]);
});

test("a second signal ends it, and it names the users that remain", async () => {
  const { issuer, child, errors, audits } = await start();
  await audits;
  child.kill("SIGINT");
  await new Promise((resolve) => setTimeout(resolve, 600));
  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([null, "SIGINT"]);
  const left = /Perhaps not deleted at http:\S+: (\S+), (\S+)\.\n$/.exec(await errors)?.slice(1);
  expect(left?.sort()).toEqual(issuer.emails());
  expect(issuer.emails()).toHaveLength(2);
});

test("a signal during a sign-up ends it before the audit, without users", async () => {
  const signsUp = Promise.withResolvers<void>();
  const { issuer, child, output, errors } = await start({
    emailAndPassword: {
      password: {
        hash: async (password) => {
          signsUp.resolve();
          await new Promise((resolve) => setTimeout(resolve, 300));
          return password;
        },
        verify: async ({ hash, password }) => hash === password,
      },
    },
  });
  await signsUp.promise;
  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([2, null]);
  expect(await output).toBe("");
  expect(await errors).toMatch(/test users deleted\nusher-auth: Interrupted before the audit began\.\n$/);
  expect(issuer.emails()).toEqual([]);
  expect(issuer.requests.filter((request) => request.endsWith("/sign-up/email"))).toHaveLength(1);
});

test("names the users first, so that they are known even if the process is killed", async () => {
  const { issuer, child, errors, audits } = await start();
  await audits;
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(issuer.emails()).toHaveLength(2);
  for (const email of issuer.emails()) expect(await errors).toContain(email);
});
