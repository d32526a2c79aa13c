import { contract } from "./contract.ts";
import { express5Target } from "./targets/express.ts";

contract(express5Target);
