import { testPage } from "../support/browser/page-suite.ts";
import { startFastApi } from "./start.ts";

testPage(startFastApi, { showsLog: false });
