// Runs the command line from its sources in a checkout of the repository, so that `npx usher-auth` works
// without a build. A second process, because export conditions can only be set when a process starts.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

if (!process.features.typescript) {
  process.stderr.write(
    `usher-auth: needs Node.js 22.18 or newer in a checkout, but this is ${process.versions.node}.\n`,
  );
  process.exit(2);
}

const main = fileURLToPath(new URL("src/main.ts", import.meta.url));
const flags = ["--disable-warning=ExperimentalWarning", "--conditions=@usher-auth/source", "--"];
const words = [...flags, main, ...process.argv.slice(2)];
const child = spawn(process.execPath, words, { stdio: "inherit" });

// A terminal sends Ctrl-C to both processes. The child handles it, and its exit code is returned.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code, signal) => {
  process.exitCode = signal === null ? (code ?? 2) : 2;
});
