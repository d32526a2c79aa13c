import { writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import { join } from "node:path";
import { selfSignedCertificate } from "@usher-auth/e2e/certificate";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "../../../support/temporary-folder.ts";
import { listen } from "./gate.ts";

/** Starts a backend with a certificate that nobody knows. `file` is that certificate. */
export async function startHttpsBackend(): Promise<{ url: string; file: string }> {
  const { key, cert } = selfSignedCertificate("localhost");
  const server = createServer({ key, cert }, (request, response) => {
    response.setHeader("location", `https://localhost:${request.socket.localPort}/next`);
    response.end("secure");
  });
  const port = await listen(server);
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const file = join(await temporaryFolder(), "ca.pem");
  await writeFile(file, cert);
  return { url: `https://localhost:${port}`, file };
}
