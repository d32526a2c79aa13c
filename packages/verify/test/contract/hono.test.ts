import { contract } from "./contract.ts";
import { honoTarget } from "./targets/hono.ts";

contract(honoTarget);
