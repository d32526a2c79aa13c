/** The program on Deno: `Deno.serve`. */
import { createProgram, type Program } from "./app.ts";

declare const Deno: {
  readonly args: readonly string[];
  serve(
    options: { hostname: string; port: number; onListen(address: { readonly port: number }): void },
    handler: Program,
  ): void;
};

const fetch = createProgram(JSON.parse(Deno.args[0] as string));
Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(JSON.stringify({ port })) },
  // Deno calls it with a second argument, which is not the program's.
  (request) => fetch(request),
);
