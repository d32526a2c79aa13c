/** `npm start`: builds the page if necessary, and runs the web app and the API. */
import { parseArguments } from "./launch/arguments.ts";
import { launch } from "./launch/launch.ts";

parseArguments("npm start", "Builds the page if it is out of date, and runs the web app and the API.");
process.exitCode = await launch({ watch: false });
