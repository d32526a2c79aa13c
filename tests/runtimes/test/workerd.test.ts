import { emptyAuthorization } from "../../../packages/verify/test/contract/callers.ts";
import { runtimes } from "../runtimes.ts";
import { lifetimeSuite } from "./lifetime.ts";
import { runtimeSuite } from "./suite.ts";

runtimeSuite(runtimes.workerd, { [emptyAuthorization]: "workerd passes on no header without a value" });
if (typeof runtimes.workerd.findBinary() === "string") lifetimeSuite(runtimes.workerd);
