/** `npm run demo:fastapi`: runs the web app with the API of examples/fastapi. */
import { parseArguments } from "./launch/arguments.ts";
import { fastApiService } from "./launch/fastapi.ts";
import { launch } from "./launch/launch.ts";

parseArguments(
  "npm run demo:fastapi",
  "Builds the page and a Python environment if they are out of date, and runs the web app and the FastAPI API.",
);
process.exitCode = await launch({ watch: false, api: fastApiService });
