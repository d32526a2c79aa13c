// `@usher-auth/opentelemetry`: metrics and span events of an API that `@usher-auth/verify` guards.
export { type InstrumentUsherOptions, instrumentUsher } from "./instrument-usher.ts";
