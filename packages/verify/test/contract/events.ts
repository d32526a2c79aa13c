import { expect, vi } from "vitest";
import type { AcceptEvent, RejectEvent } from "../../src/access/index.ts";
import type { ContractBench } from "./bench.ts";
import { expectRefusal } from "./expected.ts";

/** Events for the operator, and failures of the application. */
export function eventsContract({ behaviour, send, bearer, issuer, start, seen }: ContractBench): void {
  behaviour(
    "onReject is called once for each rejection, with the hint that the client does not get",
    async () => {
      const events: RejectEvent[] = [];
      const app = await start({ onReject: (event) => events.push(event) });
      const token = issuer.tokenFor("alice", { wrongIssuer: true });
      const response = await app.send({ target: "/me", headers: [`Authorization: Bearer ${token}`] });
      expectRefusal(response, "issuer_rejected");
      await app.send({ target: "/api/bob/tasks", headers: [bearer("alice")] });
      await app.send({ target: "/scoped", headers: [bearer("alice")] });
      expect(events.map(({ error }) => error.code)).toEqual([
        "issuer_rejected",
        "owner_mismatch",
        "scope_insufficient",
      ]);
      expect(events[0]?.error.hint).toContain("another-issuer.example");
      expect(events[1]?.error.hint).toContain("userId");
      expect(events[2]?.error.hint).toContain("tasks:write");
      for (const { error, request } of events) {
        expect(request).toBeTypeOf("object");
        expect(JSON.stringify([error.message, error.hint])).not.toContain(token);
      }
    },
  );

  behaviour("onAccept is called for each accepted request, and for no other", async () => {
    const accepted: string[] = [];
    const onAccept = ({ principal }: AcceptEvent) => accepted.push(principal.id);
    const app = await start({ onAccept });
    await app.send({ target: "/me" });
    await app.send({ target: "/me", headers: ["Authorization: Bearer rubbish"] });
    expect(accepted).toEqual([]);
    await app.send({ target: "/me", headers: [bearer("alice")] });
    expect(accepted).toEqual(["alice"]);
  });

  behaviour("a listener that throws does not change the response", async () => {
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const fail = () => {
      throw new Error("the listener is broken");
    };
    const app = await start({ onReject: fail, onAccept: fail });
    expectRefusal(await app.send({ target: "/me" }), "credentials_missing");
    expect((await app.send({ target: "/me", headers: [bearer("alice")] })).status).toBe(200);
    expect(warned).toHaveBeenCalled();
    warned.mockRestore();
  });

  behaviour("a rejection echoes nothing of the request", async () => {
    const marked = [
      "X-Marker: MARK-1",
      "Authorization: Bearer MARK-2",
      'User-Agent: MARK-3"',
      "Cookie: a=MARK-4",
    ];
    const response = await send({ target: "/me/MARK-5?q=MARK-6", headers: marked });
    expect(response.status).toBe(401);
    expect(JSON.stringify(response)).not.toContain("MARK");
  });

  behaviour("an error in a handler is answered by the framework, not by the guard", async () => {
    // Some frameworks print the error of a handler.
    const printed = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const response = await send({ target: "/throws", headers: [bearer("alice")] });
    printed.mockRestore();
    expect(response.status).toBe(500);
    expect(response.headers["www-authenticate"]).toBeUndefined();
    expect(response.body).not.toContain("urn:usher-auth");
    expectRefusal(await send({ target: "/throws" }), "credentials_missing");
  });

  behaviour("the app serves requests after a rejection and after an error", async () => {
    for (const target of ["/me", "/api/bob/tasks", "/throws", "/nowhere"]) await send({ target });
    expect((await send({ target: "/me", headers: [bearer("alice")] })).status).toBe(200);
    expect(seen).toHaveLength(1);
  });
}
