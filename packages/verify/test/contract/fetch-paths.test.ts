import { contract } from "./contract.ts";
import { fetchPathsTarget } from "./targets/fetch.ts";

contract(fetchPathsTarget);
