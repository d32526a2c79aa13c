import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { TestIssuer } from "@usher-auth/testing";

import { machineEnvironment } from "../support/processes/machine-environment.ts";

const program = fileURLToPath(new URL("../../../packages/cli/src/main.ts", import.meta.url));
const document = JSON.stringify({
  openapi: "3.1.0",
  info: { title: "Echo", version: "1" },
  paths: { "/me": { get: { responses: { 200: { description: "OK" } } } } },
});

/** What a backend behind the gate gets as `X-Usher-User` from each of these users. */
export async function userHeaders(issuer: TestIssuer, ids: readonly string[]): Promise<string[]> {
  const backend = createServer((request, response) => {
    response.end(request.url === "/openapi.json" ? document : request.headers["x-usher-user"]);
  }).listen(0, "127.0.0.1");
  await once(backend, "listening");
  const upstream = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
  const words = ["gate", "--port", "0", "--upstream", upstream, "--openapi", `${upstream}/openapi.json`];
  const gate = spawn(process.execPath, ["--conditions=@usher-auth/source", program, ...words], {
    env: {
      ...machineEnvironment(),
      BETTER_AUTH_SECRET: issuer.secret,
      BETTER_AUTH_URL: issuer.issuer,
      API_URL: issuer.audience,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const url = await addressOf(gate.stdout);
    const headers: string[] = [];
    for (const id of ids) {
      const authorization = `Bearer ${issuer.tokenFor(id)}`;
      const response = await fetch(`${url}/me`, { headers: { authorization } });
      if (!response.ok) throw new Error(`the gate answered ${response.status}: ${await response.text()}`);
      headers.push(await response.text());
    }
    return headers;
  } finally {
    gate.kill("SIGKILL");
    backend.close();
  }
}

/** The gate's address, once it has read the document. */
async function addressOf(log: NodeJS.ReadableStream): Promise<string> {
  let url: string | undefined;
  let hasRoutes = false;
  for await (const line of createInterface({ input: log })) {
    url ??= /listens on (http:\/\/[^"]+)/.exec(line)?.[1];
    hasRoutes ||= line.includes("the routes are known");
    if (url !== undefined && hasRoutes) return url;
  }
  throw new Error("the gate did not start");
}
