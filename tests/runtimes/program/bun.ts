/** The program on Bun: `Bun.serve`. */
import { createProgram, type Program } from "./app.ts";

declare const Bun: {
  serve(options: { hostname: string; port: number; development: boolean; fetch: Program }): {
    readonly port: number;
  };
};

const fetch = createProgram(JSON.parse(process.argv[2] as string));
const { port } = Bun.serve({ hostname: "127.0.0.1", port: 0, development: false, fetch });
console.log(JSON.stringify({ port }));
