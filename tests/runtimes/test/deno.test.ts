import { runtimes } from "../runtimes.ts";
import { runtimeSuite } from "./suite.ts";

runtimeSuite(runtimes.deno, {
  "a rejection does not wait for the body":
    "Deno answers at once, but keeps the connection until the body has come",
});
