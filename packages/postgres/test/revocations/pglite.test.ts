import { revocationStore } from "@usher-auth/postgres/revocations";
import { expect, test } from "vitest";
import { describeStore } from "./contract.ts";
import { openPglite } from "./databases.ts";

describeStore("PGlite", openPglite);

test.each([0, 1.5, Number.NaN, 31 * 86_400])("rejects a maxTokenAge of %s", (maxTokenAge) => {
  const client = { unsafe: async () => [], options: {} };
  expect(() => revocationStore(client, { maxTokenAge })).toThrow(
    "maxTokenAge must be a whole number from 1 to 2592000",
  );
});

test.each([{}, undefined, null, "postgres://localhost"])(
  "rejects %j, which is not a database client",
  (client) => {
    expect(() => revocationStore(client as never)).toThrow(
      "a pg.Pool, a client of postgres.js, or a PGlite database",
    );
  },
);
