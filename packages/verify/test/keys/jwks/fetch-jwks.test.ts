import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createTestIssuer } from "@usher-auth/testing";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { type Fetch, remoteJwks } from "../../../src/index.ts";
import { createBench } from "../../support.ts";

/** Behaviours of a JWKS endpoint over real HTTP, and the result for a valid token. */
const issuer = createTestIssuer({ algorithm: "ES256" });
const jwks = JSON.stringify(issuer.jwks());
let server: Server;
let listener: RequestListener;
let url: string;
const warnings: string[] = [];

beforeEach(async () => {
  vi.spyOn(process, "emitWarning").mockImplementation((message) => void warnings.push(String(message)));
  server = createServer((request, response) => listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/auth/jwks`;
});
afterEach(async () => {
  vi.restoreAllMocks();
  warnings.length = 0;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** The code, and the hint if there is one. */
async function outcome(
  options: Parameters<typeof remoteJwks>[1] = {},
): Promise<[string, string | undefined]> {
  const { verifier } = createBench({ keys: remoteJwks(url, options), clock: Date.now });
  return verifier.verify(issuer.tokenFor("alice")).then(
    () => ["accepted", undefined],
    (error) => [error.code, error.hint],
  );
}

describe("the JWKS endpoint", () => {
  it("gets a user agent, and nothing from the API's request", async () => {
    const asked: unknown[] = [];
    listener = ({ method, headers }, response) => {
      asked.push([method, headers["user-agent"], headers.authorization, headers.accept]);
      response.end(jwks);
    };
    expect(await outcome()).toEqual(["accepted", undefined]);
    expect(asked).toEqual([
      ["GET", "usher-auth-verify", undefined, "application/jwk-set+json, application/json"],
    ]);
  });

  it.each<[string, RequestListener, string]>([
    ["sends 500", (_request, response) => response.writeHead(500).end(jwks), ": it answered 500"],
    ["sends 404", (_request, response) => response.writeHead(404).end(), ": it answered 404"],
    ["sends 400", (_request, response) => response.writeHead(400).end(), ": it answered 400"],
    [
      "sends 300",
      (_request, response) => response.writeHead(300).end(),
      ": it answered 300: redirects are not followed; set the final URL",
    ],
    ["sends 204", (_request, response) => response.writeHead(204).end(), ": it answered 204"],
    [
      "redirects",
      (_request, response) => response.writeHead(302, { location: "/other" }).end(),
      ": it answered 302: redirects are not followed; set the final URL",
    ],
    ["resets", (request) => request.socket.destroy(), "cannot be loaded"],
    [
      "breaks off",
      (_request, response) => {
        response.writeHead(200, { "content-length": "9999" }).write("{");
        setImmediate(() => response.destroy());
      },
      "cannot be loaded",
    ],
    [
      "sends HTML",
      (_request, response) => response.writeHead(200, { "content-type": "text/html" }).end(jwks),
      ": it answered HTML, not a JWKS: Better Auth serves its keys at /api/auth/jwks",
    ],
    [
      "sends HTML as JSON",
      (_request, response) => response.writeHead(200, { "content-type": "application/json" }).end(" <html>"),
      ": it answered HTML, not a JWKS: Better Auth serves its keys at /api/auth/jwks",
    ],
    ["does not send JSON", (_request, response) => response.end("keys"), ": its response is not JSON"],
    ["sends nothing", (_request, response) => response.end(), ": its response is not JSON"],
    [
      "sends another document",
      (_request, response) => response.end('{"token":"x"}'),
      ": it is not a JWKS: it has no list of `keys`",
    ],
    [
      "sends an empty set",
      (_request, response) => response.end('{"keys":[]}'),
      ": the JWKS has no usable key",
    ],
    [
      "sends only a private key",
      (_request, response) => response.end('{"keys":[{"kty":"EC","crv":"P-256","d":"AAAA"}]}'),
      "private member",
    ],
  ])("%s: keys_unavailable, with the reason in the hint", async (_case, behaviour, hint) => {
    listener = behaviour;
    const [code, said] = await outcome();
    expect(code).toBe("keys_unavailable");
    const subject = `the JWKS at ${url} cannot be loaded`;
    if (hint.startsWith(": it ")) expect(said).toBe(`${subject}${hint}`);
    else expect(said).toContain(hint);
    expect(said).toContain(subject);
  });

  it("sends no body: it is not JSON", async () => {
    expect((await outcome({ fetch: async () => new Response(null) }))[1]).toContain(
      ": its response is not JSON",
    );
  });

  it("is disconnected after its response, whatever it sent", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    for (const body of [jwks, "keys"]) {
      let signal: AbortSignal | null | undefined;
      const during: unknown[] = [];
      const fetch: Fetch = async (_url, init) => {
        ({ signal } = init);
        during.push(signal?.aborted, vi.getTimerCount() > 0);
        return new Response(body);
      };
      await outcome({ fetch });
      expect(during).toEqual([false, true]);
      expect([signal?.aborted, vi.getTimerCount()]).toEqual([true, 0]);
    }
  });

  it("keeps sending after the deadline, with a fetch that ignores the signal: a late response is ignored", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from(jwks.slice(0, 10)));
        setTimeout(() => {
          controller.enqueue(Buffer.from(jwks.slice(10)));
          controller.close();
        }, 1500);
      },
    });
    const ended = outcome({ fetch: async () => new Response(body), timeout: 1 });
    await vi.advanceTimersByTimeAsync(1500);
    expect(await ended).toEqual(["keys_unavailable", expect.stringContaining("no answer within 1 s")]);
  });

  it("redirects to valid keys: the redirect is not followed", async () => {
    const paths: (string | undefined)[] = [];
    listener = ({ url }, response) => {
      paths.push(url);
      if (url === "/good") response.end(jwks);
      else response.writeHead(307, { location: "/good" }).end();
    };
    expect((await outcome())[0]).toBe("keys_unavailable");
    expect(paths).toEqual(["/api/auth/jwks"]);
  });

  it("hangs before its headers or in its body: the deadline ends the request", async () => {
    for (const start of [false, true]) {
      const closed = new Promise<void>((resolve) => {
        listener = (_request, response) => {
          response.on("close", resolve);
          if (start) response.write('{"keys":[');
        };
      });
      const [code, hint] = await outcome({ timeout: 1 });
      expect([code, hint]).toEqual(["keys_unavailable", expect.stringContaining("no answer within 1 s")]);
      await closed;
    }
  });

  it("sends 50 MB: reading ends at the cap", async () => {
    let sent = 0;
    const closed = new Promise<void>((resolve) => {
      listener = (_request, response) => {
        response.on("close", resolve);
        const chunk = Buffer.alloc(64 * 1024, " ");
        const send = () => {
          while (sent < 50 * 1024 * 1024 && !response.destroyed) {
            sent += chunk.length;
            if (!response.write(chunk)) return void response.once("drain", send);
          }
          response.end();
        };
        send();
      };
    });
    const [code, hint] = await outcome();
    expect([code, hint]).toEqual(["keys_unavailable", expect.stringContaining("larger than 524288 bytes")]);
    await closed;
    expect(sent).toBeLessThan(16 * 1024 * 1024);
  });

  it("lists an invalid key among valid ones: it is skipped with a warning", async () => {
    listener = (_request, response) =>
      response.end(
        JSON.stringify({ keys: [{ kty: "EC", crv: "P-256", x: "AA", y: "AA" }, ...issuer.jwks().keys] }),
      );
    expect((await outcome())[0]).toBe("accepted");
    expect(warnings).toEqual([expect.stringContaining("key 1 of the set is not used")]);
  });

  it("lists a private key among valid ones: it is skipped with a warning", async () => {
    const [good] = issuer.jwks().keys;
    listener = (_request, response) =>
      response.end(JSON.stringify({ keys: [good, { ...good, kid: "leaked", d: "AAAA" }] }));
    expect((await outcome())[0]).toBe("accepted");
    expect(warnings).toEqual([expect.stringContaining("private member")]);
  });
});
