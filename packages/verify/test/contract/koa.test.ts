import { contract } from "./contract.ts";
import { koaTarget } from "./targets/koa.ts";

contract(koaTarget);
