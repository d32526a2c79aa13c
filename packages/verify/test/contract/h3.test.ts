import { contract } from "./contract.ts";
import { h3Target } from "./targets/h3.ts";

contract(h3Target);
