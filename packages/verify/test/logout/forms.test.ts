import { PassThrough, type Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { longestLogoutForm } from "../../src/logout/form.ts";
import { longestWait, readNodeForm } from "../../src/logout/node-form.ts";
import { readWebForm } from "../../src/logout/web-form.ts";

const form = "application/x-www-form-urlencoded";
const headers = { "content-type": form };
const text = (body: unknown) => (body instanceof Uint8Array ? Buffer.from(body).toString() : body);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a form from a Node stream", () => {
  const unread = () => Object.assign(new PassThrough(), { headers });
  const read = async (stream: Readable & { headers: object }) =>
    text((await readNodeForm(stream as never, undefined)).body);

  it("is read to its end, in several chunks", async () => {
    const stream = unread();
    const body = read(stream);
    stream.write("logout_");
    stream.end("token=x");
    expect(await body).toBe("logout_token=x");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("may be as long as the limit, in several chunks, and no byte longer", async () => {
    for (const [length, expected] of [
      [longestLogoutForm, longestLogoutForm],
      [longestLogoutForm + 1, undefined],
    ] as const) {
      const stream = unread();
      const body = read(stream);
      stream.write("x".repeat(length - 10));
      stream.end("x".repeat(10));
      expect(((await body) as string | undefined)?.length, String(length)).toBe(expected);
    }
  });

  it("that is too long is given up before its end, and what follows is discarded", async () => {
    const stream = unread();
    const body = read(stream);
    stream.write("x".repeat(longestLogoutForm + 1));
    expect(await body).toBeUndefined();
    expect(stream.listenerCount("data")).toBe(0);
    expect(stream.listenerCount("end")).toBe(0);
    expect(stream.readableFlowing).toBe(true);
    // An error after that has one listener. Without it, the error would end the process.
    expect(stream.listenerCount("error")).toBe(1);
    expect(() => stream.emit("error", new Error("reset"))).not.toThrow();
  });

  it("that does not end is given up after ten seconds", async () => {
    const stream = unread();
    const body = read(stream);
    stream.write("logout_token=x");
    await vi.advanceTimersByTimeAsync(longestWait - 1);
    expect(stream.listenerCount("data")).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await body).toBeUndefined();
    expect(stream.listenerCount("close")).toBe(0);
  });

  it.each(["error", "close"])("that is interrupted by %j is none", async (event) => {
    const stream = unread();
    const body = read(stream);
    stream.write("logout_token=x");
    stream.emit(event, new Error("reset"));
    expect(await body).toBeUndefined();
    expect(stream.listenerCount("end")).toBe(0);
  });

  it.each([
    ["was read before", { readable: true, readableDidRead: true }],
    ["has ended", { readable: false, readableDidRead: false }],
    ["does not exist", {}],
  ])("comes from the body parser if the stream %s", async (_case, state) => {
    const { body } = await readNodeForm({ headers, ...state } as never, { logout_token: "x" });
    expect(body).toBe("logout_token=x");
  });
});

describe("a form from a body parser", () => {
  it.each<[string, unknown, string | undefined]>([
    ["text", "logout_token=x", "logout_token=x"],
    ["bytes", Buffer.from("logout_token=x"), "logout_token=x"],
    ["an object", { state: "s", logout_token: "x" }, "state=s&logout_token=x"],
    ["a repeated field", { logout_token: ["x", "y"] }, "logout_token=x&logout_token=y"],
    ["values that are not text", { a: 1, b: { c: "d" }, logout_token: "x" }, "logout_token=x"],
    ["null", null, undefined],
    ["nothing", undefined, undefined],
    ["a number", 7, undefined],
    ["true", true, undefined],
  ])("%s", async (_case, parsed, expected) => {
    expect(text((await readNodeForm({ headers }, parsed)).body)).toBe(expected);
  });
});

describe("a form from a fetch request", () => {
  const request = (body: RequestInit["body"]) =>
    new Request("https://api.example.com", {
      method: "POST",
      body,
      headers,
      duplex: "half",
    } as RequestInit);

  it("is read to its end, in several chunks", async () => {
    const body = new Blob(["logout_", "token=x"]).stream();
    const read = await readWebForm(request(body));
    expect([read.contentType, text(read.body)]).toEqual([form, "logout_token=x"]);
  });

  it("may be as long as the limit, in several chunks, and no byte longer; the rest is cancelled", async () => {
    for (const [length, expected] of [
      [longestLogoutForm, longestLogoutForm],
      [longestLogoutForm + 1, undefined],
    ] as const) {
      const cancel = vi.fn();
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(new Uint8Array(length - 10));
          controller.enqueue(new Uint8Array(10));
          if (expected !== undefined) controller.close();
        },
        cancel,
      });
      const read = await readWebForm(request(body));
      expect((read.body as Uint8Array | undefined)?.length, String(length)).toBe(expected);
      expect(cancel).toHaveBeenCalledTimes(expected === undefined ? 1 : 0);
    }
  });

  it("without a body, or read before, is none", async () => {
    expect(await readWebForm(request(null))).toEqual({ contentType: form, body: undefined });
    const used = request("logout_token=x");
    await used.text();
    expect(await readWebForm(used)).toEqual({ contentType: form, body: undefined });
  });

  it("that is interrupted or does not end is none, and keeps its media type", async () => {
    const broken = new ReadableStream({ pull: () => Promise.reject(new Error("reset")) });
    expect(await readWebForm(request(broken))).toEqual({ contentType: form, body: undefined });
    const cancel = vi.fn();
    const endless = new ReadableStream({ pull: () => new Promise(() => {}), cancel });
    const read = readWebForm(request(endless));
    await vi.advanceTimersByTimeAsync(longestWait);
    expect(await read).toEqual({ contentType: form, body: undefined });
    expect(cancel).toHaveBeenCalledOnce();
  });
});
