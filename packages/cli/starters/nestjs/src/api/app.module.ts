import { type DynamicModule, Module, StandardSchemaValidationPipe } from "@nestjs/common";
import { APP_PIPE } from "@nestjs/core";
import type { Verifier } from "@usher-auth/verify";
import { UsherModule } from "@usher-auth/verify/nestjs";
import { HealthController } from "./health.controller.ts";
import { MeController } from "./me.controller.ts";
import { TasksController } from "./tasks.controller.ts";
import { Tasks } from "./tasks.ts";

/** Every handler needs a valid token, and `:userId` must be its user. A handler is public only with `@Public()`. */
@Module({
  controllers: [HealthController, MeController, TasksController],
  providers: [Tasks, { provide: APP_PIPE, useValue: new StandardSchemaValidationPipe() }],
})
export class AppModule {
  static forRoot(verifier: Verifier): DynamicModule {
    return { module: AppModule, imports: [UsherModule.forRoot({ verifier, ownerParam: "userId" })] };
  }
}
