import { expect } from "vitest";
import type { ContractBench } from "./bench.ts";
import { expectRefusal } from "./expected.ts";
import type { TargetShapes } from "./target.ts";

/** The rules of the guard, in every way that a framework has to write an app. */
export function shapesContract({ behaviour, bearer, startShapes }: ContractBench, shapes: TargetShapes): void {
  const as = (claims: Record<string, unknown> = {}) => [bearer("alice", claims)];

  for (const [way, path] of Object.entries(shapes.owned)) {
    behaviour(`a path is held to its owner: ${way}`, async () => {
      const app = await startShapes();
      const [own, other] = [path.replace("{owner}", "alice"), path.replace("{owner}", "bob")];
      expectRefusal(await app.send({ target: own }), "credentials_missing");
      expectRefusal(await app.send({ target: other, headers: as() }), "owner_mismatch");
      expect(app.seen).toEqual([]);
      expect((await app.send({ target: own, headers: as() })).status).toBe(200);
      expect(app.seen).toHaveLength(1);
    });
  }

  for (const [way, path] of Object.entries(shapes.scoped)) {
    behaviour(`policies hold: ${way}`, async () => {
      const app = await startShapes();
      expectRefusal(await app.send({ target: path }), "credentials_missing");
      expectRefusal(await app.send({ target: path, headers: as() }), "scope_insufficient");
      expectRefusal(await app.send({ target: path, headers: as({ scope: "tasks:read" }) }), "scope_insufficient");
      expect(app.seen).toEqual([]);
      expect((await app.send({ target: path, headers: as({ scope: "tasks:write" }) })).status).toBe(200);
    });
  }

  for (const [way, path] of Object.entries(shapes.open)) {
    behaviour(`a route is public: ${way}`, async () => {
      const app = await startShapes();
      expect((await app.send({ target: path })).status).toBe(200);
      expectRefusal(await app.send({ target: "/nowhere" }), "credentials_missing");
    });
  }

  for (const [way, path] of Object.entries(shapes.nobodys)) {
    behaviour(`a path is refused to everybody: ${way}`, async () => {
      const app = await startShapes();
      expectRefusal(await app.send({ target: path }), "credentials_missing");
      expectRefusal(await app.send({ target: path, headers: as() }), "owner_mismatch");
      expect(app.seen).toEqual([]);
    });
  }
}
