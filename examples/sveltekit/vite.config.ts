import adapter from "@sveltejs/adapter-node";
import { sveltekit } from "@sveltejs/kit/vite";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [
    sveltekit({
      adapter: adapter(),
      csp: {
        directives: {
          "default-src": ["self"],
          // SvelteKit announces a new page in an element with a style attribute.
          "style-src": ["self", "unsafe-inline"],
          "img-src": ["self", "data:"],
          "base-uri": ["none"],
          "form-action": ["self"],
          "frame-ancestors": ["none"],
        },
      },
    }),
  ],
});
