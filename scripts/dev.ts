/** `npm run dev`: runs the web app and the API, and reloads each when its sources change. */
import { parseArguments } from "./launch/arguments.ts";
import { launch } from "./launch/launch.ts";

parseArguments(
  "npm run dev",
  "Runs the web app and the API, and reloads each when one of its source files changes.",
);
process.exitCode = await launch({ watch: true });
