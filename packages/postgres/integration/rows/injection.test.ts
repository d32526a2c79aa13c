import { openPlain } from "../../test/rows/injection/plain.ts";
import { describeControl, describeInjection } from "../../test/rows/injection/suite.ts";

describeInjection("begin, bind, statement and end", openPlain);
describeControl(openPlain);
