import { createServer, type RequestListener } from "node:http";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { usher } from "../../src/adapters/node.ts";
import { pathOfTarget } from "../../src/http/request-target.ts";
import { ConfigurationError } from "../../src/index.ts";
import { expectRefusal } from "../contract/expected.ts";
import { sendRaw } from "../contract/raw-request.ts";
import { listen } from "../contract/targets/server.ts";
import { createBench, failingVerifiers } from "../support.ts";

const { issuer, verifier } = createBench();
const guard = usher({ verifier, ownerParam: "userId" });

const headers = [`Authorization: Bearer ${issuer.tokenFor("alice")}`];

/** Serves with this listener until the end of the test. Sends requests as alice by default. */
async function serve(listener: RequestListener) {
  const server = await listen(createServer(listener));
  onTestFinished(() => server.close());
  return (target: string, lines: readonly string[] = headers) =>
    sendRaw(server.origin, { target, headers: lines });
}

describe("node adapter", () => {
  it("returns what the listener returns, so that its failure is the caller's to answer", async () => {
    const listener = guard.protect({ path: "/x" }, async () => {
      throw new Error("the listener's");
    });
    const server = await listen(
      createServer(async (request, response) => {
        await Promise.resolve(listener(request, response)).catch((error: Error) =>
          response.end(error.message),
        );
      }),
    );
    expect((await sendRaw(server.origin, { target: "/x", headers })).body).toBe("the listener's");
    await server.close();
  });

  it("passes on what is no verdict: a failure of the verifier's is no refusal", async () => {
    const [atOnce, later] = failingVerifiers(verifier).map((failing) => {
      const onReject = vi.fn(() => expect.unreachable());
      return usher({ verifier: failing, ownerParam: "userId", onReject }).protect({ path: "/x" }, () => "in");
    });
    const request = { url: "/x", rawHeaders: ["Authorization", `Bearer ${issuer.tokenFor("alice")}`] };
    expect(() => atOnce?.(request as never, {} as never)).toThrow("the verifier's");
    await expect(later?.(request as never, {} as never)).rejects.toThrow("the verifier's");
  });

  it("hands what is no verdict to `next`, as middleware does, and ends no process by it", async () => {
    for (const failing of failingVerifiers(verifier)) {
      const middleware = usher({ verifier: failing, ownerParam: "userId" }).middleware({ path: "/x" });
      const ask = await serve((request, response) =>
        middleware(request, response, (error) =>
          response.end(`next: ${(error as Error | undefined)?.message}`),
        ),
      );
      expect((await ask("/x")).body).toBe("next: the verifier's");
    }
  });

  it("leaves an answer that was given before it alone, and throws nothing that would end the process", async () => {
    const run = vi.fn();
    const protect = guard.protect({ path: "/x" }, run);
    const ask = await serve((request, response) => {
      response.writeHead(204).end();
      protect(request, response);
    });
    for (const lines of [[], headers]) expect((await ask("/elsewhere", lines)).status).toBe(204);
    expect(run).not.toHaveBeenCalled();
  });

  it("gives the listener its access, answers what it refuses, and has a 404 for a path that is none", async () => {
    const protect = guard.protect({ path: ["/users/:userId/tasks", "/me"] }, (_request, response, access) =>
      response.end(JSON.stringify({ path: access.path, params: access.params, id: access.principal.id })),
    );
    const ask = await serve((request, response) => protect(request, response));
    expect(JSON.parse((await ask("/users/alice/tasks")).body)).toEqual({
      path: "/users/:userId/tasks",
      params: { userId: "alice" },
      id: "alice",
    });
    expectRefusal(await ask("/users/bob/tasks"), "owner_mismatch");
    expectRefusal(await ask("/me", []), "credentials_missing");
    expectRefusal(await ask("/nowhere", []), "credentials_missing");
    const nowhere = await ask("/nowhere");
    expect([nowhere.status, JSON.parse(nowhere.body).code]).toEqual([404, "not_found"]);
  });

  it("lets what stands after the middleware know what it found out, and runs it for nobody else", async () => {
    const run = vi.fn();
    const middleware = guard.middleware({ path: "/users/:userId" });
    const ask = await serve((request, response) =>
      middleware(request, response, () => {
        run();
        response.end(JSON.stringify(guard.accessOf(request)));
      }),
    );
    expect(JSON.parse((await ask("/users/alice")).body)).toMatchObject({
      path: "/users/:userId",
      params: { userId: "alice" },
      principal: { id: "alice" },
    });
    expect(run).toHaveBeenCalledOnce();
    expectRefusal(await ask("/users/bob"), "owner_mismatch");
    expect((await ask("/nowhere")).status).toBe(404);
    expect(run).toHaveBeenCalledOnce();
  });

  it("takes a request without a target for one of the root", () => {
    const listener = guard.protect({ path: "/" }, () => "in");
    const rawHeaders = ["Authorization", `Bearer ${issuer.tokenFor("alice")}`];
    expect(listener({ rawHeaders } as never, {} as never)).toBe("in");
  });

  it("returns no access for a request that it did not accept", () => {
    expect(() => guard.accessOf({} as never)).toThrow("did not accept this request");
  });

  it("refuses what is no route at once", () => {
    for (const route of [{}, { path: "x" }, { path: "/:user_id" }, { path: "/x", policies: "x" }]) {
      expect(() => guard.middleware(route as never)).toThrow(ConfigurationError);
    }
  });
});

describe("pathOfTarget", () => {
  it.each([
    ["/a/b?c=/d#e", "/a/b"],
    ["/a/b#c?d", "/a/b"],
    ["http://host:1/a?b", "/a"],
    ["http://user:pass@host/a", "/a"],
    ["http://host", "/"],
    ["http://host?x", "/"],
    ["//host/a", "//host/a"],
    ["*", "*"],
    ["", "/"],
    ["/http://host/a", "/http://host/a"],
  ])("%j: %j", (target, path) => {
    expect(pathOfTarget(target)).toBe(path);
  });
});
