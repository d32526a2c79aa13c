import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Peer, peers, peersFolder } from "./programs.ts";

// `npm run bench:peers`: builds the peers of the gate from their Go modules. Needs Go.

mkdirSync(peersFolder, { recursive: true });
for (const peer of Object.values(peers)) {
  console.log(`building ${peer.name} ${peer.version}`);
  build(peer);
}

/** In the module's own folder, and not by `go install`, which refuses modules that replace a dependency. */
function build({ module, version, program }: Peer): void {
  const downloaded = execFileSync("go", ["mod", "download", "-json", `${module}@${version}`], {
    cwd: peersFolder,
    encoding: "utf8",
  });
  const { Dir: folder } = JSON.parse(downloaded) as { Dir: string };
  execFileSync("go", ["build", "-o", join(peersFolder, program), "."], { cwd: folder, stdio: "inherit" });
}
