import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { answerWith, responseOf } from "../../src/http/answers.ts";

const teapot = { status: 418, headers: { "content-type": "text/plain", "x-tea": "green" }, body: "tea" };
const noContent = { status: 204, headers: { "x-tea": "none" }, body: "" };

describe("answerWith", () => {
  const nodeResponse = () => new ServerResponse(new IncomingMessage(new Socket()));

  it.each([teapot, noContent])("sends the response $status, and keeps headers that were set", (prepared) => {
    const response = nodeResponse();
    response.setHeader("access-control-allow-origin", "*");
    const bodies: unknown[] = [];
    response.end = (body: unknown) => {
      bodies.push(body);
      return response;
    };
    answerWith(prepared, response);
    expect(response.statusCode).toBe(prepared.status);
    expect({ ...response.getHeaders() }).toEqual({ "access-control-allow-origin": "*", ...prepared.headers });
    expect(bodies).toEqual([prepared.body]);
  });

  it("ends the response", () => {
    const response = nodeResponse();
    answerWith(teapot, response);
    expect([response.headersSent, response.writableEnded]).toEqual([true, true]);
  });

  it("does nothing after the headers were sent: setting one more would throw", () => {
    const response = nodeResponse();
    response.flushHeaders();
    expect(() => response.setHeader("x-tea", "green")).toThrow();
    expect(() => answerWith(teapot, response)).not.toThrow();
    expect([response.statusCode, response.writableEnded]).toEqual([200, false]);
  });
});

describe("responseOf", () => {
  it("has the status, the headers and the body", async () => {
    const response = responseOf(teapot);
    expect(response.status).toBe(418);
    expect(Object.fromEntries(response.headers)).toEqual(teapot.headers);
    expect(await response.text()).toBe("tea");
  });

  it("has no body where there is none, as a status such as 204 requires", () => {
    const response = responseOf(noContent);
    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toEqual(noContent.headers);
    expect(response.body).toBeNull();
  });
});
