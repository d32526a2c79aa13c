// `@usher-auth/opentelemetry/issuer`: metrics of a Better Auth that `@usher-auth/issuer` lets issue tokens.
export { type InstrumentIssuerOptions, instrumentIssuer } from "./instrument-issuer.ts";
