import { ConfigurationError } from "../../errors.ts";

/** The parts of a middleware's type that matter here. */
type Middleware = (options: never) => unknown;

/**
 * The parts of a procedure builder that matter here. Each method returns another builder, or the procedure.
 */
export interface Builder {
  use(middleware: Middleware): Builder;
}
type Methods = Builder & Readonly<Record<string, (...input: unknown[]) => unknown>>;

/**
 * Wraps a procedure builder, so that `check` runs after everything that may change a procedure's input: after
 * each schema, each middleware, and each part of a builder that is joined with `concat`. No code gets an
 * unchecked input.
 *
 * @throws {ConfigurationError} Not a procedure builder of tRPC 11.
 */
export function checkedThroughout(builder: Builder, check: Middleware): Builder {
  const methods = Object.entries(builder as Methods).filter(([name]) => name !== "_def");
  const checked = Object.fromEntries(
    methods.map(([name, method]) => [
      name,
      (...input: unknown[]) => {
        const next = method(
          ...(name.endsWith("concat") ? input.map((other) => withChecks(other, check)) : input),
        );
        return isBuilder(next) ? checkedThroughout(next.use(check), check) : next;
      },
    ]),
  );
  // If this builder were joined to another one, later changes would not be checked.
  Object.defineProperty(checked, "_def", {
    get: () => {
      throw new ConfigurationError(
        "protect: concat other procedures to the protected one (`protectedProcedure.concat(other)`), not the other way round.",
      );
    },
  });
  return checked as unknown as Builder;
}

/** @throws {ConfigurationError} */
export function readBuilder(procedure: unknown): Builder {
  // tRPC 10 does not have this method.
  if (isBuilder(procedure) && "experimental_caller" in procedure) return procedure;
  throw new ConfigurationError(
    "protect: pass a procedure builder of @trpc/server 11, such as `t.procedure`.",
  );
}

function isBuilder(value: unknown): value is Builder {
  return typeof value === "object" && value !== null && typeof (value as Partial<Builder>).use === "function";
}

/** A builder as `concat` reads it, with `check` after each of its middlewares. */
function withChecks(other: unknown, check: Middleware): unknown {
  const { _def: definition } = other as { readonly _def: { readonly middlewares: readonly Middleware[] } };
  return { _def: { ...definition, middlewares: definition.middlewares.flatMap((one) => [one, check]) } };
}
