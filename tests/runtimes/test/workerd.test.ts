import { emptyAuthorization } from "../../../packages/verify/test/contract/callers.ts";
import { runtimes } from "../runtimes.ts";
import { clientWorkerSuite } from "./client.ts";
import { lifetimeSuite } from "./lifetime.ts";
import { runtimeSuite } from "./suite.ts";

runtimeSuite(runtimes.workerd, { [emptyAuthorization]: "workerd passes on no header without a value" });
if (typeof runtimes.workerd.findBinary() === "string") {
  lifetimeSuite(runtimes.workerd);
  // Before and after `Request` took `cache`, and before `nodejs_compat` was its default.
  clientWorkerSuite(runtimes.workerd, ["2022-01-31", "2024-01-01", "2026-11-01"]);
}
