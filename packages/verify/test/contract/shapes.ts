import { expect } from "vitest";
import type { ContractBench } from "./bench.ts";
import { expectRefusal } from "./expected.ts";
import { alwaysRejected, type ContractOptions, type TargetShapes } from "./target.ts";
import { verifierOf } from "./trust.ts";

/** The guard's rules, for every way to write an app with a framework. */
export function shapesContract(bench: ContractBench, shapes: TargetShapes): void {
  const { behaviour, bearer } = bench;
  const app = bench.serveShapes();
  const as = (claims: Record<string, unknown> = {}) => [bearer("alice", claims)];

  for (const [way, path] of Object.entries(shapes.owned)) {
    behaviour(`a path is restricted to its owner: ${way}`, async () => {
      const [own, other] = [path.replace("{owner}", "alice"), path.replace("{owner}", "bob")];
      expectRefusal(await app.send({ target: own }), "credentials_missing");
      expectRefusal(await app.send({ target: other, headers: as() }), "owner_mismatch");
      await expectNoOtherMethod(other, as());
      expect(app.seen).toEqual([]);
      expect((await app.send({ target: own, headers: as() })).status).toBe(200);
      expect(app.seen).toHaveLength(1);
    });
  }

  for (const [way, path] of Object.entries(shapes.scoped)) {
    behaviour(`policies are checked: ${way}`, async () => {
      expectRefusal(await app.send({ target: path }), "credentials_missing");
      for (const claims of [{}, { scope: "tasks:read" }])
        expectRefusal(await app.send({ target: path, headers: as(claims) }), "scope_insufficient", {
          parameters: ', scope="tasks:write"',
          members: { scope: "tasks:write" },
        });
      expect(app.seen).toEqual([]);
      expect((await app.send({ target: path, headers: as({ scope: "tasks:write" }) })).status).toBe(200);
    });
  }

  for (const [way, path] of Object.entries(shapes.open)) {
    behaviour(`a route is public: ${way}`, async () => {
      expect((await app.send({ target: path })).status).toBe(200);
      expectRefusal(await app.send({ target: "/nowhere" }), "credentials_missing");
    });
  }

  for (const [way, path] of Object.entries(shapes.rejected)) {
    behaviour(`a path is rejected for every user: ${way}`, async () => {
      // Such a route may be rejected before the token is read.
      expect([401, 403]).toContain((await app.send({ target: path })).status);
      expectRefusal(await app.send({ target: path, headers: as() }), "owner_mismatch");
      await expectNoOtherMethod(path, as());
      expect(app.seen).toEqual([]);
    });
  }

  const { refusedAtStart = {} } = shapes;
  for (const [way, build] of Object.entries(refusedAtStart)) {
    behaviour(`adding a route throws: ${way}`, async () => {
      const { secret, issuer, audience } = bench.issuer;
      const verifier = verifierOf({ keys: "secret", secret, issuer, audience }, bench.clock);
      const options: ContractOptions = { ownerParam: "userId", verifier };
      await expect((async () => build(options))()).rejects.toMatchObject({ name: "ConfigurationError" });
    });
  }

  behaviour("every target has the paths that are always rejected", async () => {
    expect(Object.keys({ ...shapes.rejected, ...refusedAtStart })).toEqual(
      expect.arrayContaining([...alwaysRejected]),
    );
  });

  /** A router may run the handler of GET for HEAD, and a handler for all methods gets these too. */
  async function expectNoOtherMethod(target: string, headers: readonly string[]): Promise<void> {
    for (const method of ["HEAD", "DELETE"]) {
      const { status } = await app.send({ method, target, headers: ["Content-Length: 0", ...headers] });
      expect(status, method).toBeGreaterThanOrEqual(400);
      expect(status, method).toBeLessThan(500);
    }
  }
}
