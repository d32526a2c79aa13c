import { describe } from "vitest";
import { pgliteKind, postgresKind } from "./databases.ts";
import { testRaces } from "./races.ts";

describe.for([pgliteKind(), postgresKind()])("$name", (kind) => testRaces(kind));
