import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { onTestFinished } from "vitest";

/** The lines of a scrape: each series with its labels in the order of their names, and its value. */
export type Samples = Readonly<Record<string, number>>;

/** A meter provider, and what Prometheus reads from it over HTTP. */
export interface Prometheus {
  readonly provider: MeterProvider;
  /** The text of a scrape. */
  text(): Promise<string>;
  /** The samples of a scrape whose name starts with `prefix`, without the labels of the scope. */
  samples(prefix?: string): Promise<Samples>;
}

/** Starts the real exporter on any free port. It is stopped when the test is over. */
export async function startPrometheus(): Promise<Prometheus> {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({ readers: [exporter] });
  const server = createServer((request, response) => exporter.getMetricsRequestHandler(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  onTestFinished(async () => {
    await provider.shutdown();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const text = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return { provider, text, samples: async (prefix = "usher_") => samplesOf(await text(), prefix) };
}

/** Reads the text format of Prometheus. */
export function samplesOf(text: string, prefix: string): Samples {
  const lines = text.split("\n").filter((line) => line.startsWith(prefix));
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, labels = "", value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      if (name === undefined) throw new Error(`not a sample: ${line}`);
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(
        ([, key, text]) => `${key}="${text}"`,
      );
      const own = pairs.filter((pair) => !pair.startsWith("otel_scope_")).sort();
      return [own.length === 0 ? name : `${name}{${own.join(",")}}`, Number(value)];
    }),
  );
}
