// An API with settings that the demo API does not have: it fetches its keys more often, and an administrator
// may use the paths of others. Variables: API_PORT, API_METRICS_PORT, JWKS_URL, ISSUER, AUDIENCE.
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { instrumentUsher } from "@usher-auth/opentelemetry";
import { createVerifier, remoteJwks } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/fastify";
import { requireClaim } from "@usher-auth/verify/policies";
import fastify from "fastify";

const { API_PORT, API_METRICS_PORT, JWKS_URL = "", ISSUER = "", AUDIENCE = "" } = process.env;

const verifier = createVerifier({
  // Stale after ten seconds, the shortest time that is possible.
  keys: remoteJwks(JWKS_URL, { maxAge: 10 }),
  issuer: ISSUER,
  audience: AUDIENCE,
});
// If it fails, the API tries again.
await verifier.ready().catch(() => undefined);
const exporter = new PrometheusExporter({ host: "127.0.0.1", port: Number(API_METRICS_PORT) });
instrumentUsher({ verifier, meterProvider: new MeterProvider({ readers: [exporter] }) });

const app = fastify();
await app.register(usher, { verifier, ownerParam: "userId", log: false });
const administrators = { or: [requireClaim((claims) => claims.role === "admin", "role admin")] };
app.get("/api/:userId/tasks", { config: { owner: administrators } }, () => []);
await app.listen({ port: Number(API_PORT) });
console.log("listening");
