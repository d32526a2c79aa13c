import { expect, test } from "vitest";
import { replicaEnvironment } from "./environment.ts";

const ports = [5001, 5002, 5003];
const environments = (environment: NodeJS.ProcessEnv) =>
  ports.map((port, index) => replicaEnvironment(environment, port, index));

test("each replica has separate ports and a separate audit file", () => {
  const set = { LOG_LEVEL: "warn", API_PORT: "3001", API_METRICS_PORT: "9464", AUDIT_LOG: "audit.log" };
  const common = { LOG_LEVEL: "warn", HOST: "127.0.0.1" };
  expect(environments(set)).toEqual([
    { ...common, API_PORT: "5001", API_METRICS_PORT: "9464", AUDIT_LOG: "audit.log" },
    { ...common, API_PORT: "5002", API_METRICS_PORT: "9465", AUDIT_LOG: "audit.log.api-2" },
    { ...common, API_PORT: "5003", API_METRICS_PORT: "9466", AUDIT_LOG: "audit.log.api-3" },
  ]);
});

test.each([
  {},
  { API_METRICS_PORT: "", AUDIT_LOG: "" },
  { API_METRICS_PORT: "0" },
  { API_METRICS_PORT: "x" },
])("%j is passed on", (set) => {
  for (const environment of environments(set)) expect(environment).toMatchObject(set);
  expect(environments({})[1]).toEqual({ HOST: "127.0.0.1", API_PORT: "5002" });
});
