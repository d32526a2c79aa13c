import { contract } from "./contract.ts";
import { fastifyTarget } from "./targets/fastify.ts";

contract(fastifyTarget);
