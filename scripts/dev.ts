/** `npm run dev`: runs the web app and the API, and restarts each when its sources change. */
import { parseArguments } from "./launch/arguments.ts";
import { launch } from "./launch/launch.ts";

parseArguments(
  "npm run dev",
  "Runs the web app and the API, and restarts each when one of its source files changes.",
);
process.exitCode = await launch({ watch: true });
