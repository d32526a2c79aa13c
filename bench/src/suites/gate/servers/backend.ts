import { createServer, type Server } from "node:http";

const tasks = JSON.stringify({ tasks: [] });
/** About 10 KB. */
const report = JSON.stringify({
  tasks: Array.from({ length: 80 }, (_, number) => ({
    id: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    title: `Task ${number}`,
    notes: "Water the plants on the balcony",
    completed: false,
  })),
});
const created = JSON.stringify({ id: "00000000-0000-4000-8000-000000000000" });

/** The API behind every proxy. It knows nothing of tokens: the least that a Node server does. */
export function backend(): Server {
  return createServer((request, response) => {
    const json = (status: number, body: string) =>
      response
        .writeHead(status, { "content-type": "application/json", "content-length": body.length })
        .end(body);
    if (request.method === "POST") request.resume().on("end", () => json(201, created));
    else json(200, request.url?.endsWith("/report") ? report : tasks);
  });
}
