import DefaultSite from "vitepress/theme";
import Layout from "./SiteLayout.vue";
import "./style.css";

export default { extends: DefaultSite, Layout };
