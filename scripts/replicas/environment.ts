/**
 * The environment of one of several replicas on this machine. Each needs a port and, if there are any, a port for
 * metrics and an audit file of its own: those of the first are as set, and the port of each next one is one higher.
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
    // 0 is any free port. What is no number is an error of the API.
    ...(Number(metricsPort) > 0 && { API_METRICS_PORT: String(Number(metricsPort) + index) }),
    ...(auditLog && index > 0 && { AUDIT_LOG: `${auditLog}.api-${index + 1}` }),
  };
}
