import { expect, it } from "vitest";
import { recordLayers } from "../../src/adapters/koa/layers.ts";

it.each<[what: string, router: unknown]>([
  ["undefined", undefined],
  ["null", null],
  ["no object", "router"],
  ["without a list of layers", {}],
  ["without layers", { stack: [] }],
  ["with a layer without a prototype", { stack: [Object.create(null)] }],
  ["with a layer without parameters", { stack: [{}] }],
])("a router that is of another kind is ignored: %s", (_what, router) => {
  expect(() => recordLayers(router)).not.toThrow();
  expect(Object.hasOwn(Object.prototype, "params")).toBe(false);
});

it("the layers of a router are recorded once, not with each request", () => {
  class Layer {
    params() {
      return {};
    }
  }
  const { params } = Layer.prototype;
  recordLayers({ stack: [new Layer()] });
  const recorded = Layer.prototype.params;
  expect(recorded).not.toBe(params);
  recordLayers({ stack: [new Layer()] });
  expect(Layer.prototype.params).toBe(recorded);
});

it("a layer gets the parameters of earlier layers, as a copy", () => {
  class Layer {
    readonly methods = [];
    readonly stack = [];
    params(_path: string, _captures: string[], existing: Record<string, string>) {
      return Object.assign(existing, { id: "1" });
    }
  }
  recordLayers({ stack: [new Layer()] });
  const earlier = { userId: "alice" };
  expect(new Layer().params("/alice/1", ["1"], earlier)).toEqual({ userId: "alice", id: "1" });
  expect(earlier).toEqual({ userId: "alice" });
});
