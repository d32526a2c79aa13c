import { AuthError } from "@usher-auth/verify";
import { createGuard } from "@usher-auth/verify/guard";
import { describe, expect, it } from "vitest";
import { createContractBench } from "../../../packages/verify/test/contract/bench.ts";
import { fastifyTarget } from "../../../packages/verify/test/contract/targets/fastify.ts";
import { createBench } from "../../../packages/verify/test/support.ts";

const { issuer, verifier } = createBench();
const guard = createGuard({ verifier, ownerParam: "userId" });

/** The outcome of this user's request for a path whose owner is `userId`. */
async function admission(user: string, userId: unknown): Promise<string> {
  const authorization = `Bearer ${issuer.tokenFor(user)}`;
  try {
    await guard.admit({
      authorization,
      tokenInQuery: false,
      params: { userId },
      ownerParams: ["userId"],
      source: undefined,
    });
    return "accepted";
  } catch (error) {
    return error instanceof AuthError ? error.code : (error as Error).name;
  }
}

describe("rules: owner", () => {
  const app = createContractBench(fastifyTarget);

  it("A path that names another user is rejected", async () => {
    expect(await admission("alice", "alice")).toBe("accepted");
    for (const other of [
      "bob",
      "alic",
      "alice2",
      "",
      undefined,
      null,
      ["alice"],
      { toString: () => "alice" },
    ])
      expect(await admission("alice", other)).toBe("owner_mismatch");
  });

  it("Owners are compared without folding case", async () => {
    for (const other of ["Alice", "ALICE", "alicE"])
      expect(await admission("alice", other)).toBe("owner_mismatch");
    expect(await admission("Alice", "Alice")).toBe("accepted");
  });

  it("Owners are compared without normalising", async () => {
    const [composed, decomposed] = ["jos\u00e9", "jose\u0301"];
    expect(await admission(composed, composed)).toBe("accepted");
    expect(await admission(composed, decomposed)).toBe("owner_mismatch");
    for (const other of ["\uff41lice", "alice ", " alice", "alice\u200b"])
      expect(await admission("alice", other)).toBe("owner_mismatch");
  });

  it("Owners are compared without a second decoding", async () => {
    for (const other of ["%61lice", "alic%65"])
      expect(await admission("alice", other)).toBe("owner_mismatch");
    expect(await admission("100%25", "100%25")).toBe("accepted");
  });

  it("The owner is the value that the framework's own router decoded", async () => {
    const status = async (user: string, userId: string) =>
      (await app.send({ target: `/api/${userId}/tasks`, headers: [app.bearer(user)] })).status;
    expect(await status("alice", "%61lice")).toBe(200);
    expect(app.seen).toMatchObject([{ params: { userId: "alice" } }]);
    expect(await status("alice", "%2561lice")).toBe(403);
    expect(await status("%61lice", "%2561lice")).toBe(200);
    expect(await status("%61lice", "%61lice")).toBe(403);
    expect(await status("a/b", "a%2Fb")).toBe(200);
  });

  it("An empty owner is a mismatch, even to itself", () => {
    const nobody = { ...verifier.verifySync(issuer.tokenFor("alice")), id: "" };
    const authorize = () =>
      guard.authorize(nobody, { params: { userId: "" }, ownerParams: ["userId"] }, undefined);
    expect(authorize).toThrow(AuthError);
  });
});
