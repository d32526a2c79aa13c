import { runtimes } from "../runtimes.ts";
import { runtimeSuite } from "./suite.ts";

runtimeSuite(runtimes.node22);
