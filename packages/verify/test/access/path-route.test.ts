import { expect, it } from "vitest";
import { readHandlerRules, readPathRoute } from "../../src/access/path-route.ts";
import { ConfigurationError } from "../../src/index.ts";

it.each([[true], [false]])("a wrapped handler cannot say public: %s", (isPublic) => {
  const rules = { public: isPublic } as object;
  expect(() => readHandlerRules(rules, "protect")).toThrow(
    new ConfigurationError("protect: a public handler is one that is not wrapped. Remove `public`."),
  );
  expect(() => readPathRoute({ path: "/open", ...rules }, [])).toThrow(
    new ConfigurationError("/open: a public handler is one that is not wrapped. Remove `public`."),
  );
});
