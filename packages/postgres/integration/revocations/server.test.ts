import { describeStore } from "../../test/revocations/contract.ts";
import { openServer } from "../../test/revocations/databases.ts";

describeStore("a Postgres server, by postgres.js", () => openServer());
describeStore("a Postgres server, by pg", () => openServer("pg"));
