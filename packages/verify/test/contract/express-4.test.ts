import { contract } from "./contract.ts";
import { express4Target } from "./targets/express.ts";

contract(express4Target);
