import { expect, it } from "vitest";
import { createRouteTable } from "../../src/gate/policy/table.ts";
import { logPolicy } from "../../src/gate/policy-log.ts";
import { createLog } from "../../src/gate/server/log.ts";

it("logs what happens to the routes, and not every warning about a large document", () => {
  const lines: { level: string; msg: string; hint?: string }[] = [];
  const log = createLog("info", { write: (text) => lines.push(JSON.parse(text)) });
  const warnings = Array.from({ length: 25 }, (_, index) => `warning ${index}`);
  const policy = { table: createRouteTable([]), warnings, notes: [], title: undefined };
  logPolicy(log, { type: "loaded", policy });
  expect(lines.map(({ msg }) => msg)).toEqual([
    "the routes are known",
    ...warnings.slice(0, 20),
    "5 more warnings: usher-auth gate --explain shows all of them",
  ]);

  lines.length = 0;
  const changes = { loosened: ["GET /a is public."], others: [], warnings: ["look"] };
  logPolicy(log, { type: "changed", policy, changes });
  logPolicy(log, { type: "failed", reason: "no answer", isServing: true });
  logPolicy(log, { type: "failed", reason: "no answer", isServing: false });
  logPolicy(log, { type: "recovered" });
  expect(lines.map(({ level, msg, hint }) => [level, msg, hint])).toEqual([
    ["info", "the routes have changed", undefined],
    ["warn", "Less is required: GET /a is public.", undefined],
    ["warn", "look", undefined],
    ["warn", "the document cannot be used; the last good one is used", "no answer"],
    ["warn", "the document cannot be used; every request is answered with 503 until it can", "no answer"],
    ["info", "the document can be used again", undefined],
  ]);
  log.close();
});
