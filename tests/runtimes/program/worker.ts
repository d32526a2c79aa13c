/** The program as a Worker, for workerd. */
import { createProgram, type Program, type Settings } from "./app.ts";

let program: Program | undefined;

export default {
  fetch(
    request: Request,
    { SETTINGS }: { readonly SETTINGS: string },
    context: unknown,
  ): Response | Promise<Response> {
    const settings = JSON.parse(SETTINGS) as Settings;
    program ??= createProgram(settings);
    return settings.withoutContext ? program(request) : program(request, context);
  },
};
