import { expect, test } from "vitest";
import { serverUrl } from "../src/server-url.ts";

test.each([
  ["postgres://u:p%40ss@host:5432/db?sslmode=require", "postgres://u:p%40ss@host:5432/db?sslmode=require"],
  [
    "postgresql://u:p@host/db?sslmode=require&channel_binding=require",
    "postgresql://u:p@host/db?sslmode=require",
  ],
  ["postgres://u@host:6543/db?pgbouncer=true&connection_limit=1", "postgres://u@host:6543/db?prepare=false"],
  ["postgres://u@host/db?pgbouncer=true&prepare=true", "postgres://u@host/db?prepare=true"],
  ["postgres://u@one:1,two:2/db?pgbouncer=true", "postgres://u@one:1,two:2/db?pgbouncer=true"],
])("%s becomes %s", (url, expected) => {
  expect(serverUrl(url)).toBe(expected);
});
