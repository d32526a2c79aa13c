import { contract } from "./contract.ts";
import { fetchParamsTarget } from "./targets/fetch.ts";

contract(fetchParamsTarget);
