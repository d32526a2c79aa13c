// `@usher-auth/verify/mcp`: what each tool of an MCP server requires.
export { createToolGuard, type ToolGuard, type ToolPolicies } from "./tool-guard.ts";
