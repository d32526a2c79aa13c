import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { instrumentUsher } from "@usher-auth/opentelemetry";
import type { Verifier } from "@usher-auth/verify";
import { StartupError } from "./startup-error.ts";

/** The metrics of this process, for Prometheus. */
export type MetricsServer = {
  readonly url: string;
  close(): Promise<void>;
};

/** Loopback only: metrics are for a Prometheus, or its agent, on the same machine. They need no token. */
const host = "127.0.0.1";

/**
 * Serves the metrics at `/metrics` on a separate port, so that no balancer in front of the API reaches them.
 *
 * @param port 0 picks a free one.
 * @throws {StartupError} The port cannot be used.
 */
export async function serveMetrics(verifier: Verifier, port: number): Promise<MetricsServer> {
  const exporter = new PrometheusExporter({ preventServerStart: true, withoutTargetInfo: true });
  const provider = new MeterProvider({ readers: [exporter] });
  const stop = instrumentUsher({ verifier, meterProvider: provider });
  const server = createServer((request, response) => {
    const isScrape = request.method === "GET" && request.url?.split("?", 1)[0] === "/metrics";
    if (isScrape) exporter.getMetricsRequestHandler(request, response);
    else response.writeHead(404).end();
  });
  const close = async () => {
    stop();
    await provider.shutdown();
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, resolve);
    });
  } catch (error) {
    await close();
    const { code } = error as NodeJS.ErrnoException;
    throw new StartupError(
      `cannot serve metrics on ${host}:${port} (${code}): set API_METRICS_PORT to another port`,
    );
  }
  return { url: `http://${host}:${(server.address() as AddressInfo).port}/metrics`, close };
}
