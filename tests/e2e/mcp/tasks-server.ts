import type { IncomingMessage, ServerResponse } from "node:http";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { type Policy, requireScopes } from "@usher-auth/verify";
import type { ToolPolicies } from "@usher-auth/verify/mcp";
import { z } from "zod";

/** A machine has no tasks. */
const user: Policy = { name: "a user", permits: ({ kind }) => kind === "user" };

/** What each tool of the server requires. */
export const toolPolicies: ToolPolicies = {
  list_tasks: [user],
  add_task: [user, requireScopes("tasks:write")],
};

/** An MCP server for one request of one user. */
function serverFor(userId: string): McpServer {
  const server = new McpServer({ name: "tasks", version: "1.0.0" });
  const text = (text: string) => ({ content: [{ type: "text" as const, text }] });
  server.registerTool("list_tasks", { description: "Lists your tasks" }, () =>
    text(`the tasks of ${userId}`),
  );
  server.registerTool(
    "add_task",
    { description: "Adds a task", inputSchema: { title: z.string() } },
    ({ title }) => text(`${title}, for ${userId}`),
  );
  server.registerTool("unlisted", { description: "Has no policies" }, () => text("no one reads this"));
  return server;
}

/** Without sessions: each request has its own server and its own token. */
const stateless = { enableJsonResponse: true };

export async function answerNode(
  userId: string,
  message: unknown,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const transport = new StreamableHTTPServerTransport(stateless);
  await serverFor(userId).connect(transport as Transport);
  await transport.handleRequest(request, response, message);
}

export async function answerWeb(userId: string, message: unknown, request: Request): Promise<Response> {
  const transport = new WebStandardStreamableHTTPServerTransport(stateless);
  await serverFor(userId).connect(transport as Transport);
  return await transport.handleRequest(request, { parsedBody: message });
}
