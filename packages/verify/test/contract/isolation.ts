import { expect } from "vitest";
import type { ContractBench } from "./bench.ts";
import { expectRefusal } from "./expected.ts";

/** Each user can only access their own path. */
export function isolationContract({ behaviour, send, bearer, issuer, start, seen }: ContractBench): void {
  behaviour("the owner's path is accepted, and the handler's parameter is the principal's id", async () => {
    const response = await send({ target: "/api/alice/tasks", headers: [bearer("alice")] });
    expect(response.status).toBe(200);
    expect(JSON.parse(response.body)).toMatchObject({ id: "alice", params: { userId: "alice" } });
  });

  behaviour("another user's path is rejected before its handler runs", async () => {
    expectRefusal(await send({ target: "/api/bob/tasks", headers: [bearer("alice")] }), "owner_mismatch");
    expectRefusal(await send({ target: "/api/bob/tasks/1", headers: [bearer("alice")] }), "owner_mismatch");
    expect(seen).toEqual([]);
  });

  behaviour("the owner is checked when the path has other parameters", async () => {
    const response = await send({ target: "/api/alice/tasks/bob", headers: [bearer("alice")] });
    expect(JSON.parse(response.body).params).toMatchObject({ userId: "alice", taskId: "bob" });
  });

  behaviour("a route without the owner parameter accepts every user", async () => {
    expect((await send({ target: "/me", headers: [bearer("bob")] })).status).toBe(200);
  });

  behaviour("an invalid token on another user's path is a 401", async () => {
    const expired = `Authorization: Bearer ${issuer.tokenFor("alice", { expired: true })}`;
    expectRefusal(await send({ target: "/api/bob/tasks", headers: [expired] }), "token_expired");
  });

  behaviour("an id that only resembles the owner in the path is rejected", async () => {
    const ids = [
      "Alice",
      "alice ",
      " alice",
      "alic",
      "alicee",
      "al\u0131ce",
      "\uff41lice",
      "alice/",
      "*",
      "me",
      "%61lice",
    ];
    for (const id of ids) {
      expectRefusal(await send({ target: "/api/alice/tasks", headers: [bearer(id)] }), "owner_mismatch");
    }
    expect(seen).toEqual([]);
  });

  behaviour("with concealOwnerMismatch, another user's path is a 404", async () => {
    const app = await start({ concealOwnerMismatch: true });
    const response = await app.send({ target: "/api/bob/tasks", headers: [bearer("alice")] });
    expect(response.status).toBe(404);
    expect(response.headers["content-type"]).toBe("application/problem+json");
    expect(response.headers["cache-control"]).toBe("no-store");
    expect(response.headers["www-authenticate"]).toBeUndefined();
    expect(response.body).toBe(
      '{"type":"urn:usher-auth:error:not_found","title":"Not found","status":404,"code":"not_found","detail":"There is nothing here."}',
    );
    expectRefusal(await app.send({ target: "/api/bob/tasks" }), "credentials_missing");
    expect((await app.send({ target: "/api/bob/tasks", headers: [bearer("bob")] })).status).toBe(200);
  });
}
