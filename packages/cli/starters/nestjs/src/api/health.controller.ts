import { Controller, Get } from "@nestjs/common";
import { Public } from "@usher-auth/verify/nestjs";

@Controller("health")
export class HealthController {
  @Public()
  @Get()
  health() {
    return { status: "ok" };
  }
}
