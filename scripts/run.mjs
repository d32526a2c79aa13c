/**
 * Imported before every npm script, and plain JavaScript: on a Node that is too old, it ends the process with
 * one clear line. npm takes the Node of the optional dependency where that is installed, and else the
 * machine's own.
 */
if (!process.features.typescript) {
  process.stderr.write(
    `Usher's repository needs Node 22.18 or later (23: from 23.6 on), and this is Node ${process.versions.node}: install a newer one, or run "npm ci" without --omit=optional, which brings Node 24 where there is one for this machine\n`,
  );
  process.exit(1);
}

const { addMissingParts } = await import("./run/native-parts.ts");
await addMissingParts();
