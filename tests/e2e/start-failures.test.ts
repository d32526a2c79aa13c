import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { failToStart } from "./support/processes/fail-to-start.ts";

describe("a start that cannot succeed says why in one line", () => {
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
      name: "a folder that cannot be made",
      environment: { DATA_DIR: "/dev/null/data" },
      line: /set DATA_DIR/,
    },
    {
      name: "the API's database down",
      environment: { DATABASE_URL: "postgres://someone:hush@127.0.0.1:1/none" },
      line: /DATABASE_URL/,
    },
    {
      name: "the web app's database down",
      environment: { AUTH_DATABASE_URL: "postgres://someone:hush@127.0.0.1:1/none" },
      line: /AUTH_DATABASE_URL/,
    },
  ])("$name", async ({ environment, line }) => {
    const said = await failToStart(environment);
    expect(said).toMatch(line);
    expect(said).not.toContain("hush");
  });

  test.for(["WEB_PORT", "API_PORT"])("%s taken", async (variable) => {
    const server = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const port = String((server.address() as AddressInfo).port);
    expect(await failToStart({ [variable]: port })).toBe(
      `usher | port ${port} is taken: stop what uses it, or set ${variable} to another port`,
    );
  });
});
