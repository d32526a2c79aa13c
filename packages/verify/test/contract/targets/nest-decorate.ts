import { Controller, type ControllerOptions } from "@nestjs/common";

type Decorators = { method: MethodDecorator[]; parameters: ParameterDecorator[] };

/** Applies decorators as functions: Node cannot run their syntax without a build. */
export function decorate(
  controller: new () => object,
  handlers: Record<string, Decorators>,
  options: ControllerOptions = {},
): new () => object {
  for (const [name, { method, parameters }] of Object.entries(handlers)) {
    const descriptor = Object.getOwnPropertyDescriptor(controller.prototype, name) as PropertyDescriptor;
    parameters.forEach((decorator, index) => {
      decorator(controller.prototype, name, index);
    });
    for (const decorator of method.toReversed()) decorator(controller.prototype, name, descriptor);
  }
  Controller(options)(controller);
  return controller;
}
