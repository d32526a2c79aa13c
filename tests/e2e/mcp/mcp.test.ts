import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { describe, expect, onTestFinished, test } from "vitest";
import { Browser } from "./browser.ts";
import { startEnvironment } from "./environment.ts";
import { hosts } from "./hosts.ts";
import { claimsOf, OAuthClient } from "./oauth-client.ts";

const email = "ada@example.com";

/** A guarded MCP server, Better Auth, and a user with a browser and a program. */
async function start(host: string) {
  const { resource, authorization, serve, ...guarded } = await startEnvironment({
    path: "/mcp",
    scopes: ["tasks:read", "tasks:write"],
    baseScopes: ["tasks:read"],
  });
  const app = hosts[host];
  if (app === undefined) throw new Error(`no host ${host}`);
  serve(await app(guarded));

  const userId = await new Browser(authorization.url).signUp(email);
  const browser = new Browser(authorization.url);
  const provider = new OAuthClient(browser, email);
  return { resource, authorization, userId, browser, provider, ...connector(resource, provider) };
}

/** Connects the program as its developer would: after the user's consent, it tries once more. */
function connector(resource: string, provider: OAuthClient) {
  const transport = () => new StreamableHTTPClientTransport(new URL(resource), { authProvider: provider });
  return {
    async connect(): Promise<Client> {
      const client = new Client({ name: "assistant", version: "1.0.0" });
      const first = transport();
      await expect(client.connect(first as Transport)).rejects.toBeInstanceOf(UnauthorizedError);
      await first.finishAuth(provider.code);
      const second = transport();
      await client.connect(second as Transport);
      onTestFinished(() => client.close());
      return client;
    },
    finishAuth: () => transport().finishAuth(provider.code),
  };
}

const textOf = (result: unknown) => (result as { content: { text: string }[] }).content[0]?.text;

describe.each(Object.keys(hosts))("an MCP server on %s", (host) => {
  test("is used by the SDK's client, from a 401 to a sign-out", async () => {
    const { resource, authorization, userId, browser, provider, connect, finishAuth } = await start(host);
    const post = (token?: string, tool = "list_tasks") =>
      fetch(resource, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({
          jsonrpc: "2.0",
          id: 1,
          method: "tools/call",
          params: { name: tool, arguments: {} },
        }),
      });

    // Without a token, the challenge leads to the metadata.
    const challenged = await post();
    expect(challenged.status).toBe(401);
    const metadata = resource.replace("/mcp", "/.well-known/oauth-protected-resource/mcp");
    expect(challenged.headers.get("www-authenticate")).toContain(`resource_metadata="${metadata}"`);

    // The user agrees to one of two scopes.
    browser.scopes = ["tasks:read"];
    const client = await connect();
    expect(browser.seen).toEqual(["/api/auth/oauth2/authorize", "/sign-in", "/consent"]);
    expect(provider.requested[0]?.get("resource")).toBe(resource);
    const token = provider.accessToken;
    expect(claimsOf(token)).toMatchObject({ aud: resource, iss: authorization.issuer, scope: "tasks:read" });

    expect(textOf(await client.callTool({ name: "list_tasks" }))).toBe(`the tasks of ${userId}`);
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain("add_task");

    // Another tool needs the other scope: the server names it, and the program asks the user.
    const refused = await post(token, "add_task");
    expect(refused.status).toBe(403);
    expect(refused.headers.get("www-authenticate")).toMatch(
      new RegExp(
        `error="insufficient_scope".* scope="tasks:read tasks:write", resource_metadata="${metadata}"`,
      ),
    );
    expect(await refused.json()).toMatchObject({
      code: "scope_insufficient",
      scope: "tasks:read tasks:write",
    });

    browser.scopes = undefined;
    const addTask = { name: "add_task", arguments: { title: "Tea" } };
    await expect(client.callTool(addTask)).rejects.toBeInstanceOf(UnauthorizedError);
    await finishAuth();
    expect(textOf(await client.callTool(addTask))).toBe(`Tea, for ${userId}`);
    expect(textOf(await client.callTool({ name: "list_tasks" }))).toBe(`the tasks of ${userId}`);

    // When the user signs out, the same token stops counting.
    const latest = provider.accessToken;
    expect((await post(latest)).status).toBe(200);
    await browser.post("/api/auth/sign-out", {});
    await expect.poll(async () => (await post(latest)).status, { timeout: 10_000 }).toBe(401);
    expect(await (await post(latest)).json()).toMatchObject({ code: "token_revoked" });
    expect((await post(token)).status).toBe(401);
    await expect(client.callTool({ name: "list_tasks" })).rejects.toBeInstanceOf(UnauthorizedError);
  });

  test("refuses a tool without policies for everyone, and the program asks for no consent", async () => {
    const { provider, connect } = await start(host);
    const client = await connect();
    const call = client.callTool({ name: "unlisted" });
    await expect(call).rejects.toMatchObject({ code: 403 });
    expect(provider.requested).toHaveLength(1);
  });
});
