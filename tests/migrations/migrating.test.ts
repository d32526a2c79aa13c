import { expect, test } from "vitest";
import { rowsOf, tableOf, textOf } from "./support/guide.ts";

/** The columns of the table, and the requests of the guides' tables that they are about. */
const columns: readonly (readonly [column: string, requests: readonly string[]])[] = [
  ["another user's path", ["another user's tasks"]],
  ["another API's token", ["a token for another API"]],
  ["another issuer's token", ["a token of another issuer"]],
  ["a token that never expires", ["a token that never expires"]],
  [
    "a token without a user",
    [
      "the token of an e-mail link",
      "a token of the same key without a user",
      "a token of the same secret without a user",
    ],
  ],
  ["no token, new route", ["no token, a new route without a check"]],
  ["own path, issuer down", ["own tasks, the issuer has been down since the API started"]],
];

const guides = [
  "coming-from-jose.md",
  "coming-from-jsonwebtoken.md",
  "coming-from-express-oauth2-jwt-bearer.md",
  "coming-from-fastify-jwt.md",
  "coming-from-nestjs-jwt.md",
  "coming-from-fastapi-jwt.md",
  "coming-from-get-session.md",
];

/** What a guide's table says about a request, in the column of what was there before, or of Usher. */
function answerOf(guide: string, requests: readonly string[], column: 1 | 2): string {
  const row = tableOf(guide, "What changes").find(([request = ""]) => requests.includes(request));
  return row?.[column]?.split(" ")[0] ?? "–";
}

test("the table of all guides says what the guides' tables say", () => {
  const rows = guides.map((guide) => [
    `[${tableOf(guide, "What changes")[0]?.[1]}](${guide})`,
    ...columns.map(([, requests]) => answerOf(guide, requests, 1)),
  ]);
  const ofUsher = columns.map(([, requests]) => {
    const answers = new Set(guides.map((guide) => answerOf(guide, requests, 2)));
    return [...answers].filter((answer) => answer !== "–").join(", ");
  });
  const header = ["Before", ...columns.map(([column]) => column)];
  expect(rowsOf(tableOf("migrating.md", "What the examples do not check"))).toBe(
    rowsOf([header, ...rows, ["Usher", ...ofUsher]]),
  );
});

test("every guide is in the list, and says how to prove it", () => {
  const list = textOf("migrating.md");
  for (const guide of guides) {
    expect(list).toContain(`(${guide})`);
    expect(textOf(guide)).toContain("(migrating.md#prove-it)");
  }
});
