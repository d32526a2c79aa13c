import { contract } from "./contract.ts";
import { nestExpressTarget, nestFastifyTarget } from "./targets/nestjs.ts";

contract(nestExpressTarget);
contract(nestFastifyTarget);
