import { elysiaSample } from "./elysia.ts";
import { expressSamples } from "./express.ts";
import { fastifySample } from "./fastify.ts";
import { h3Sample } from "./h3.ts";
import { h3V1Sample } from "./h3-v1.ts";
import { handlerSamples } from "./handlers.ts";
import { honoSample } from "./hono.ts";
import { koaSample } from "./koa.ts";
import { nestSamples } from "./nestjs.ts";
import type { SampleFramework } from "./sample.ts";

export const samples: readonly SampleFramework[] = [
  fastifySample,
  ...expressSamples,
  honoSample,
  koaSample,
  ...nestSamples,
  h3Sample,
  h3V1Sample,
  elysiaSample,
  ...handlerSamples,
];
