import { openDrizzleOnPg, openDrizzleOnPostgresJs } from "../../test/rows/drizzle/injection-target.ts";
import { describeInjection } from "../../test/rows/injection/suite.ts";

describeInjection("Drizzle on postgres.js", openDrizzleOnPostgresJs);
describeInjection("Drizzle on pg", openDrizzleOnPg);
