import { describe } from "vitest";
import { postgresKind } from "../organization/databases.ts";
import { testStatus } from "./status.ts";

describe.for([postgresKind()])("$name", (kind) => testStatus(kind));
