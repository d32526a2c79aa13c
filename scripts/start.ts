/** `npm start`: builds what must be built and runs the web app and the API. */
import { parseArguments } from "./launch/arguments.ts";
import { launch } from "./launch/launch.ts";

parseArguments("npm start", "Builds the page when it is not up to date, and runs the web app and the API.");
process.exitCode = await launch({ watch: false });
