import { contract } from "./contract.ts";
import { nodeTarget } from "./targets/node.ts";

contract(nodeTarget);
