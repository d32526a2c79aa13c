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
  it("returns the listener's result, so that the caller can handle its error", async () => {
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

  it("passes on an error of the verifier that is not an AuthError", async () => {
    const [atOnce, later] = failingVerifiers(verifier).map((failing) => {
      const onReject = vi.fn(() => expect.unreachable());
      return usher({ verifier: failing, ownerParam: "userId", onReject }).protect({ path: "/x" }, () => "in");
    });
    const request = { url: "/x", rawHeaders: ["Authorization", `Bearer ${issuer.tokenFor("alice")}`] };
    expect(() => atOnce?.(request as never, {} as never)).toThrow("the verifier's");
    await expect(later?.(request as never, {} as never)).rejects.toThrow("the verifier's");
  });

  it("passes an error that is not an AuthError to `next`", async () => {
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

  it("does not throw if a response was sent before", async () => {
    const run = vi.fn();
    const protect = guard.protect({ path: "/x" }, run);
    const ask = await serve((request, response) => {
      response.writeHead(204).end();
      protect(request, response);
    });
    for (const lines of [[], headers]) expect((await ask("/elsewhere", lines)).status).toBe(204);
    expect(run).not.toHaveBeenCalled();
  });

  it("passes the access to the listener, answers rejections, and answers 404 to an unknown path", async () => {
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

  it("gives later middleware its access, and runs it for accepted requests only", async () => {
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

  it("reads a request without a target as one for the root", () => {
    const listener = guard.protect({ path: "/" }, () => "in");
    const rawHeaders = ["Authorization", `Bearer ${issuer.tokenFor("alice")}`];
    expect(listener({ rawHeaders } as never, {} as never)).toBe("in");
  });

  it("returns no access for a request that it did not accept", () => {
    expect(() => guard.accessOf({} as never)).toThrow("did not accept this request");
  });

  it("throws for an invalid route", () => {
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
