import { runtimes } from "../runtimes.ts";
import { lifetimeSuite } from "./lifetime.ts";
import { runtimeSuite } from "./suite.ts";

runtimeSuite(runtimes.workerd);
if (typeof runtimes.workerd.findBinary() === "string") lifetimeSuite(runtimes.workerd);
