import { ConfigurationError } from "../../errors.ts";

/** A middleware, as far as it matters here. */
type Middleware = (options: never) => unknown;

/**
 * A procedure builder, as far as it matters here: each method returns another builder, or makes the
 * procedure.
 */
export interface Builder {
  use(middleware: Middleware): Builder;
}
type Methods = Builder & Readonly<Record<string, (...input: unknown[]) => unknown>>;

/**
 * A procedure builder that has `check` run behind everything that may change a procedure's input: behind each
 * schema, each middleware, and each part of a builder that is joined to it. So nothing sees an input that was
 * not checked as it is then.
 *
 * @throws {ConfigurationError} What is no builder of tRPC 11.
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
  // Joined to another builder, what comes behind would be unchecked.
  Object.defineProperty(checked, "_def", {
    get: () => {
      throw new ConfigurationError(
        "protect: join other procedures to the protected one (`protectedProcedure.concat(other)`), not the other way round.",
      );
    },
  });
  return checked as unknown as Builder;
}

/** @throws {ConfigurationError} */
export function readBuilder(procedure: unknown): Builder {
  // What tRPC 10 does not have.
  if (isBuilder(procedure) && "experimental_caller" in procedure) return procedure;
  throw new ConfigurationError(
    "protect: give a procedure builder of @trpc/server 11, such as `t.procedure`.",
  );
}

function isBuilder(value: unknown): value is Builder {
  return typeof value === "object" && value !== null && typeof (value as Partial<Builder>).use === "function";
}

/** A builder as `concat` reads it, with the check behind each of its middlewares. */
function withChecks(other: unknown, check: Middleware): unknown {
  const { _def: definition } = other as { readonly _def: { readonly middlewares: readonly Middleware[] } };
  return { _def: { ...definition, middlewares: definition.middlewares.flatMap((one) => [one, check]) } };
}
