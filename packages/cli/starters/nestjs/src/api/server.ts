import { NestFactory } from "@nestjs/core";
import { verifierFromEnv } from "@usher-auth/verify";
import { AppModule } from "./app.module.ts";

const { API_PORT = "3001", HOST = "localhost" } = process.env;
const app = await NestFactory.create(AppModule.forRoot(verifierFromEnv()));
await app.listen(Number(API_PORT), HOST);
console.log(`API:         ${process.env.API_URL}`);
