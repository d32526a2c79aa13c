import { defineClientComponent } from "vitepress";
import DefaultSite from "vitepress/theme";
import type { App } from "vue";
import Layout from "./SiteLayout.vue";
import "./style.css";

// Only where it is shown, because it contains the guard.
const TokenPlayground = defineClientComponent(() => import("../playground/TokenPlayground.vue"));

export default {
  extends: DefaultSite,
  Layout,
  enhanceApp: ({ app }: { app: App }) => {
    app.component("TokenPlayground", TokenPlayground);
  },
};
