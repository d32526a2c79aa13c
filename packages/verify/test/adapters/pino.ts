import fastify, { type FastifyBaseLogger } from "fastify";

/** Pino, as Fastify creates it, and its lines about refusals, without process, host and time. */
export function createPino(): { readonly logger: FastifyBaseLogger; readonly lines: readonly object[] } {
  const lines: object[] = [];
  const write = (line: string): void => {
    const { pid, hostname, time, ...fields } = JSON.parse(line) as Record<string, unknown>;
    // Fastify also logs requests and responses.
    if ("code" in fields) lines.push(fields);
  };
  return { logger: fastify({ logger: { stream: { write } } }).log, lines };
}
