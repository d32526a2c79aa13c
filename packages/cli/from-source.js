// Runs the command line from its sources, in a checkout of the repository: `npx usher-auth` works there after `npm ci`.
// The condition by which packages are found can only be given when a process starts, hence a second one.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

if (!process.features.typescript) {
  process.stderr.write(
    `usher-auth: in a checkout it needs Node.js 22.18 or newer, and this is ${process.versions.node}.\n`,
  );
  process.exit(2);
}

const main = fileURLToPath(new URL("src/main.ts", import.meta.url));
const flags = ["--disable-warning=ExperimentalWarning", "--conditions=@usher-auth/source", "--"];
const words = [...flags, main, ...process.argv.slice(2)];
const child = spawn(process.execPath, words, { stdio: "inherit" });

// A terminal sends Ctrl-C to both. The command tidies up, and its exit code counts.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code, signal) => {
  process.exitCode = signal === null ? (code ?? 2) : 2;
});
