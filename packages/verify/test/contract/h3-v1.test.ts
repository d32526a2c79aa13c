import { contract } from "./contract.ts";
import { h3V1Target } from "./targets/h3-v1.ts";

contract(h3V1Target);
