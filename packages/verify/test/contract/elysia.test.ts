import { contract } from "./contract.ts";
import { elysiaTarget } from "./targets/elysia.ts";

contract(elysiaTarget);
