/** The program as a Worker, for workerd. */
import { createProgram, type Program } from "./app.ts";

let program: Program | undefined;

export default {
  fetch(request: Request, { SETTINGS }: { readonly SETTINGS: string }): Response | Promise<Response> {
    program ??= createProgram(JSON.parse(SETTINGS));
    return program(request);
  },
};
