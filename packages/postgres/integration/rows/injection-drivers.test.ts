import { drivers } from "../../test/rows/injection/drivers.ts";
import { describeInjection } from "../../test/rows/injection/suite.ts";

for (const [name, open] of Object.entries(drivers)) describeInjection(name, open);
