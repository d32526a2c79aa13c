import { createServer } from "node:http";
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { instrumentIssuer } from "@usher-auth/opentelemetry/issuer";
import { StartupError } from "../startup-error.ts";
import { close, listen } from "./listen.ts";

/** The metrics of this process, for Prometheus. */
export interface MetricsServer {
  readonly url: string;
  /** Shows whether logouts reach the API. Returns a function that ends it. */
  observe(auth: Parameters<typeof instrumentIssuer>[0]): () => void;
  close(): Promise<void>;
}

/** Loopback only: metrics are for a Prometheus, or its agent, on the same machine. They need no token. */
const host = "127.0.0.1";

/**
 * Serves the metrics at `/metrics` on a separate port, so that no proxy in front of the app reaches them.
 *
 * @param port - 0 for any free port
 * @throws {StartupError} when the port cannot be used
 */
export async function serveMetrics(port: number): Promise<MetricsServer> {
  const exporter = new PrometheusExporter({ preventServerStart: true, withoutTargetInfo: true });
  const provider = new MeterProvider({ readers: [exporter] });
  const server = createServer((request, response) => {
    const isScrape = request.method === "GET" && request.url?.split("?", 1)[0] === "/metrics";
    if (isScrape) exporter.getMetricsRequestHandler(request, response);
    else response.writeHead(404).end();
  });
  try {
    const used = await listen(server, port, host, "WEB_METRICS_PORT");
    const closeAll = async (): Promise<void> => {
      await close(server);
      await provider.shutdown();
    };
    return {
      url: `http://${host}:${used}/metrics`,
      observe: (auth) => instrumentIssuer(auth, { meterProvider: provider }),
      close: closeAll,
    };
  } catch (error) {
    await provider.shutdown();
    if (!(error instanceof StartupError)) throw error;
    throw new StartupError(`cannot serve metrics: ${error.message}`);
  }
}
