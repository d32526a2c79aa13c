import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startHttpsBackend } from "../support/https-backend.ts";

const run = promisify(execFile);
const program = new URL("../support/tls-gate-process.ts", import.meta.url).pathname;

/** What a gate in a separate process answers. */
async function answered(url: string, env: Record<string, string>): Promise<unknown> {
  const args = ["--conditions=@usher-auth/source", program, url];
  const { stdout } = await run(process.execPath, args, { env: { ...process.env, ...env } });
  return JSON.parse(stdout);
}

test("NODE_EXTRA_CA_CERTS is enough for a private certificate authority", async () => {
  const { url, file } = await startHttpsBackend();
  const response = await answered(url, { NODE_EXTRA_CA_CERTS: file });
  expect(response).toEqual({ status: 200, body: "secure", location: "/next" });
});

test("a certificate for another host is a 502, even if its authority is known", async () => {
  const { url, file } = await startHttpsBackend();
  const response = await answered(url.replace("localhost", "127.0.0.1"), { NODE_EXTRA_CA_CERTS: file });
  expect(response).toMatchObject({ status: 502 });
});

test("the environment cannot switch verification off", async () => {
  const { url } = await startHttpsBackend();
  const response = await answered(url, { NODE_TLS_REJECT_UNAUTHORIZED: "0" });
  expect(response).toMatchObject({ status: 502 });
});
