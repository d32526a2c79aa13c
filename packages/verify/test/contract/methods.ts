import { expect } from "vitest";
import type { ContractBench } from "./bench.ts";
import { expectRefusal } from "./expected.ts";

/** Every method is guarded. */
export function methodsContract({ behaviour, send, bearer, seen }: ContractBench): void {
  for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
    behaviour(`${method} is guarded like GET`, async () => {
      const ask = (target: string, headers: string[]) =>
        send({ method, target, headers: ["Content-Length: 0", ...headers] });
      expectRefusal(await ask("/api/alice/tasks", []), "credentials_missing");
      expectRefusal(await ask("/nowhere", []), "credentials_missing");
      expectRefusal(await ask("/api/bob/tasks", [bearer("alice")]), "owner_mismatch");
      expect(seen).toEqual([]);
      expect((await ask("/api/alice/tasks", [bearer("alice")])).status).toBe(200);
    });
  }

  behaviour("HEAD gets the headers of a rejection, without a body", async () => {
    const ask = async (target: string, headers: string[]) => send({ method: "HEAD", target, headers });
    const missing = await ask("/me", []);
    expect([missing.status, missing.headers["www-authenticate"], missing.body]).toEqual([
      401,
      'Bearer realm="api"',
      "",
    ]);
    expect(missing.headers["content-type"]).toBe("application/problem+json");
    expect((await ask("/nowhere", [])).status).toBe(401);
    expect((await ask("/api/bob/tasks", [bearer("alice")])).status).toBe(403);
    expect(seen).toEqual([]);
    expect((await ask("/api/alice/tasks", [bearer("alice")])).status).toBe(200);
  });

  behaviour("a preflight without a CORS handler reaches no guarded handler", async () => {
    const preflight = ["Origin: https://app.example.com", "Access-Control-Request-Method: GET"];
    for (const target of ["/api/alice/tasks", "/me", "/nowhere"]) {
      expectRefusal(await send({ method: "OPTIONS", target, headers: preflight }), "credentials_missing");
    }
    expect(seen).toEqual([]);
  });

  behaviour("a method override has no effect", async () => {
    const headers = ["X-HTTP-Method-Override: OPTIONS", "X-Original-URL: /public", "X-Rewrite-URL: /public"];
    expectRefusal(await send({ target: "/me", headers }), "credentials_missing");
    expectRefusal(await send({ target: "/me?_method=OPTIONS", headers }), "credentials_missing");
  });

  behaviour("a rejection does not wait for the body", async () => {
    const headers = ["Content-Type: application/json", "Content-Length: 100"];
    expectRefusal(await send({ method: "POST", target: "/api/alice/tasks", headers }), "credentials_missing");
    const another = [...headers, bearer("alice")];
    expectRefusal(
      await send({ method: "POST", target: "/api/bob/tasks", headers: another }),
      "owner_mismatch",
    );
  });
}
