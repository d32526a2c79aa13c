import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defaultClientConditions, defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  plugins: [react(), tailwindcss()],
  // Workspace packages are taken from their sources, so that nothing must be built before the page.
  resolve: { conditions: ["@usher-auth/source", ...defaultClientConditions] },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    // The page's content security policy allows files of the same origin, and no data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
