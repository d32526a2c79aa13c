import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { failToStart } from "./support/processes/fail-to-start.ts";

describe("a failed start prints one line with the reason", () => {
  test.for([
    {
      name: "production without a secret",
      environment: { NODE_ENV: "production" },
      line: /NODE_ENV is production and no secret is set: set BETTER_AUTH_SECRET/,
    },
    {
      name: "a weak secret",
      environment: { BETTER_AUTH_SECRET: "short" },
      line: /^usher \| The shared secret has 5 bytes; at least 32 are needed/,
    },
    {
      name: "a folder that cannot be created",
      environment: { DATA_DIR: "/dev/null/data" },
      line: /set DATA_DIR/,
    },
    {
      name: "an API database that is down",
      environment: { DATABASE_URL: "postgres://someone:hush@127.0.0.1:1/none" },
      line: /DATABASE_URL/,
    },
    {
      name: "a web app database that is down",
      environment: { AUTH_DATABASE_URL: "postgres://someone:hush@127.0.0.1:1/none" },
      line: /AUTH_DATABASE_URL/,
    },
  ])("$name", async ({ environment, line }) => {
    const output = await failToStart(environment);
    expect(output).toMatch(line);
    expect(output).not.toContain("hush");
  });

  test.for(["WEB_PORT", "API_PORT"])("%s is already in use", async (variable) => {
    const server = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const port = String((server.address() as AddressInfo).port);
    expect(await failToStart({ [variable]: port })).toBe(
      `usher | port ${port} is taken: stop what uses it, or set ${variable} to another port`,
    );
  });
});
