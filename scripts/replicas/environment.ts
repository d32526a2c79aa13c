/**
 * The environment of one of several replicas on this machine. Each needs a separate port and, if they are
 * set, a separate port for metrics and a separate audit file. The first has those that are set; each next
 * port is one higher.
 *
 * @param index From 0.
 */
export function replicaEnvironment(
  environment: NodeJS.ProcessEnv,
  port: number,
  index: number,
): NodeJS.ProcessEnv {
  const { API_METRICS_PORT: metricsPort, AUDIT_LOG: auditLog } = environment;
  return {
    ...environment,
    // Only the balancer connects to it.
    HOST: "127.0.0.1",
    API_PORT: String(port),
    // 0 is any free port. The API rejects what is not a number.
    ...(Number(metricsPort) > 0 && { API_METRICS_PORT: String(Number(metricsPort) + index) }),
    ...(auditLog && index > 0 && { AUDIT_LOG: `${auditLog}.api-${index + 1}` }),
  };
}
