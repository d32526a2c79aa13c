import { Platform } from "react-native";

/** In Android's emulator, this is the computer that it runs on. */
export const emulatorHost = "10.0.2.2";

const computer = Platform.OS === "android" ? emulatorHost : "localhost";

/** In a browser, the page says where the API is (server/web-app.ts). */
const page =
  Platform.OS === "web"
    ? {
        origin: location.origin,
        apiUrl: document.querySelector<HTMLMetaElement>("meta[name=api-url]")?.content,
      }
    : undefined;

/** A phone needs the computer's address in its network: `EXPO_PUBLIC_AUTH_URL=http://192.168.1.20:3000`. */
export const authUrl = process.env.EXPO_PUBLIC_AUTH_URL ?? page?.origin ?? `http://${computer}:3000`;
export const apiUrl = process.env.EXPO_PUBLIC_API_URL ?? page?.apiUrl ?? `http://${computer}:3001`;
