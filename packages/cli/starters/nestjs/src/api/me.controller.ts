import { Controller, Get } from "@nestjs/common";
import { Principal } from "@usher-auth/verify/nestjs";

@Controller("api/me")
export class MeController {
  @Get()
  me(@Principal() principal: Principal) {
    return { id: principal.id };
  }
}
