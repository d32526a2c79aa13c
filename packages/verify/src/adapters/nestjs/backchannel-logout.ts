import {
  Controller,
  type DynamicModule,
  type FactoryProvider,
  Inject,
  type ModuleMetadata,
  Post,
  Req,
  Res,
} from "@nestjs/common";
import type { BackchannelLogoutOptions } from "../../logout/endpoint.ts";
import { createLogoutEndpoint, type LogoutEndpoint } from "../../logout/endpoint.ts";
import { type NodeFormRequest, readNodeForm } from "../../logout/node-form.ts";
import { Public } from "./decorators.ts";
import { answerOn, type PlatformResponse } from "./platform.ts";

export type { BackchannelLogoutOptions };

/**
 * The path of the route. It is set separately, because the module is created before its options are known.
 */
export interface BackchannelLogoutRoute {
  /** The path below the app's global prefix. Default: `backchannel-logout`. */
  readonly path?: string;
}

/**
 * Options that depend on other providers: a factory, and the providers to inject into it.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { type BackchannelLogoutAsyncOptions, BackchannelLogoutModule } from "@usher-auth/verify/nestjs";
 * import type { Revocations } from "@usher-auth/verify/revocation";
 *
 * const options: BackchannelLogoutAsyncOptions = {
 *   inject: ["REVOCATIONS"],
 *   useFactory: (revocations: Revocations) => ({ verifier: verifierFromEnv(process.env, { revocations }) }),
 * };
 * export const logout = BackchannelLogoutModule.forRootAsync(options);
 * ```
 */
export type BackchannelLogoutAsyncOptions = BackchannelLogoutRoute &
  Pick<ModuleMetadata, "imports"> &
  Pick<FactoryProvider<BackchannelLogoutOptions>, "useFactory" | "inject">;

/** Express's request, which is Node's own, or Fastify's. */
type FormRequest = NodeFormRequest & { readonly raw?: NodeFormRequest; readonly body?: unknown };

const optionsToken: unique symbol = Symbol("usher.backchannelLogout");

class BackchannelLogoutModuleClass {}

/**
 * Adds the public route that receives logout tokens from the issuer: `POST /backchannel-logout`, on Express
 * and Fastify. It uses the result of Nest's body parser or, with `bodyParser: false`, reads the body itself,
 * up to 16 KB. See `createLogoutEndpoint` for its responses. If the body is too long for Nest's parser, Nest
 * sends the response.
 *
 * @throws {ConfigurationError} The verifier has no revocations, or an invalid option. Thrown when the app is
 *   created.
 *
 * @example
 * ```ts
 * import { Module } from "@nestjs/common";
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { BackchannelLogoutModule, UsherModule } from "@usher-auth/verify/nestjs";
 * import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
 *
 * const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 900 });
 * const verifier = verifierFromEnv(process.env, { revocations });
 *
 * @Module({
 *   imports: [
 *     UsherModule.forRoot({ verifier, ownerParam: "userId" }),
 *     BackchannelLogoutModule.forRoot({ verifier }), // POST /backchannel-logout
 *   ],
 * })
 * export class AppModule {}
 * ```
 */
export const BackchannelLogoutModule: {
  forRoot(options: BackchannelLogoutOptions & BackchannelLogoutRoute): DynamicModule;
  forRootAsync(options: BackchannelLogoutAsyncOptions): DynamicModule;
} = {
  forRoot: (options) => BackchannelLogoutModule.forRootAsync({ ...options, useFactory: () => options }),
  forRootAsync: ({ path = "backchannel-logout", imports = [], inject = [], useFactory }) => ({
    module: BackchannelLogoutModuleClass,
    imports,
    providers: [{ provide: optionsToken, inject, useFactory }],
    controllers: [createController(path)],
  }),
};

function createController(path: string): new (options: BackchannelLogoutOptions) => object {
  class BackchannelLogoutController {
    readonly #logout: LogoutEndpoint;

    constructor(options: BackchannelLogoutOptions) {
      this.#logout = createLogoutEndpoint(options.verifier, options);
    }

    async receive(request: FormRequest, response: PlatformResponse): Promise<void> {
      answerOn(response, await this.#logout(await readNodeForm(request.raw ?? request, request.body)));
    }
  }
  // Calls the decorators as functions: Node cannot run their syntax without a build.
  const { prototype } = BackchannelLogoutController;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, "receive") as PropertyDescriptor;
  Inject(optionsToken)(BackchannelLogoutController, undefined, 0);
  Req()(prototype, "receive", 0);
  Res()(prototype, "receive", 1);
  Public()(prototype, "receive", descriptor);
  Post(path)(prototype, "receive", descriptor);
  Controller()(BackchannelLogoutController);
  return BackchannelLogoutController;
}
