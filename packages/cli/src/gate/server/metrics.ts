import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Verifier } from "@usher-auth/verify";
import { CannotRun } from "../../command-line/command.ts";

/** The gate's metrics, for Prometheus. */
export interface MetricsServer {
  /** `http://127.0.0.1:9464/metrics` */
  readonly url: string;
  close(): Promise<void>;
}

/** Loopback only: metrics are for a Prometheus, or its agent, on the same machine. They need no token. */
const host = "127.0.0.1";

/** Optional peers: most gates have no metrics, and `npx usher-auth` should stay small. */
const packages = [
  "@usher-auth/opentelemetry",
  "@opentelemetry/api",
  "@opentelemetry/sdk-metrics",
  "@opentelemetry/exporter-prometheus",
];

/**
 * Serves the metrics of this process at `/metrics`.
 *
 * @param port 0 for a free one.
 * @throws {CannotRun} The port cannot be opened, or the packages are not installed.
 */
export async function serveMetrics(verifier: Verifier, port: number): Promise<MetricsServer> {
  const { instrumentUsher, MeterProvider, PrometheusExporter } = await load();
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
    throw new CannotRun(
      `Cannot serve metrics on ${host}:${port} (${code}). Use another port: --metrics-port.`,
    );
  }
  return { url: `http://${host}:${(server.address() as AddressInfo).port}/metrics`, close };
}

async function load() {
  try {
    const [{ instrumentUsher }, { MeterProvider }, { PrometheusExporter }] = await Promise.all([
      import("@usher-auth/opentelemetry"),
      import("@opentelemetry/sdk-metrics"),
      import("@opentelemetry/exporter-prometheus"),
    ]);
    return { instrumentUsher, MeterProvider, PrometheusExporter };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new CannotRun(
      `Metrics need packages that are not installed. Install them beside usher-auth: npm install ${packages.join(" ")}`,
    );
  }
}
