import { contract } from "./contract.ts";
import { connectTarget } from "./targets/connect.ts";

contract(connectTarget);
