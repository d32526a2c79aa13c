// `@usher-auth/verify/audit`: one entry for each decision that an auditor asks about.
export type { AuditEvent, AuditedKeys, AuditedRevocation } from "./audit-event.ts";
export { type AuditLogOptions, auditLog } from "./audit-log.ts";
