import { fastApiService } from "../../../scripts/launch/fastapi.ts";
import type { Service } from "../../../scripts/launch/service.ts";

/** An API whose OpenAPI document is tested. */
export interface Api {
  /** The process, with these variables. */
  service(environment: NodeJS.ProcessEnv): Promise<Service>;
  /** The name of the user's id in paths. */
  readonly ownerParam: string;
  /** Whether a line of its log reports an error. */
  isFault(line: string): boolean;
}

export const apis: Readonly<Record<string, Api>> = {
  fastify: {
    service: async (environment) => ({ name: "api", entry: "apps/api/src/main.ts", environment, watch: [] }),
    ownerParam: "userId",
    // At LOG_LEVEL=error, its log has only errors, except for the line that says where it listens.
    isFault: (line) => line.startsWith("{"),
  },
  fastapi: {
    service: (environment) => fastApiService(environment, new AbortController().signal),
    ownerParam: "user_id",
    isFault: (line) => /^ERROR|^Traceback/.test(line),
  },
};
