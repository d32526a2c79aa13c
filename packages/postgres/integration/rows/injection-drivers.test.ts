import { openPg, openPostgresJs } from "../../test/rows/injection/drivers.ts";
import { describeInjection } from "../../test/rows/injection/suite.ts";

describeInjection("pg", openPg);
describeInjection("postgres.js", openPostgresJs);
