import { describeStore } from "../../test/revocations/contract.ts";
import { openServer } from "../../test/revocations/databases.ts";

describeStore("a Postgres server", openServer);
