import { fileURLToPath } from "node:url";
import { type BackendName, prepareBackend } from "./gate-backend.ts";
import type { GuardedBackend } from "./launch.ts";
import { resolvePort } from "./ports.ts";

const config = fileURLToPath(new URL("../../examples/gate/usher.gate.yaml", import.meta.url));

/**
 * A backend of examples/gate on a free port of loopback, and the gate in front of it on API_PORT.
 *
 * @param name Default: FastAPI where Python is available, or else Go.
 * @throws {LaunchError} The backend's language is not available.
 */
export async function backendBehindGate(
  name: BackendName | undefined,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<GuardedBackend> {
  const port = await resolvePort("the backend's port", "0", "127.0.0.1");
  const backend = await prepareBackend(name, port, environment, signal);
  const { HOST = "127.0.0.1", API_PORT = "3001" } = environment;
  const gateUrl = `http://localhost:${API_PORT}`;
  const gate = {
    // The same name as of any other API: the gate is what clients call.
    name: "api",
    entry: "packages/cli/src/main.ts",
    args: [
      ...["gate", "--config", config, "--host", HOST, "--port", API_PORT],
      ...["--upstream", backend.url, "--openapi", backend.documentUrl, "--revocations", "memory"],
    ],
    readyUrl: `http://${HOST === "0.0.0.0" ? "127.0.0.1" : HOST}:${API_PORT}/.usher/ready`,
    environment,
    watch: [],
  };
  return {
    services: [backend.service, gate],
    addresses: [
      `API       ${gateUrl}   the gate, in front of the backend`,
      `Backend   ${backend.url}   ${backend.title}, without a guard: only this machine reaches it`,
      `Document  ${backend.documentUrl}   where the gate takes its rules from`,
    ],
    audit: `${backend.documentUrl} --server ${gateUrl}`,
  };
}
