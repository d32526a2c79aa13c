// Below the layout that the pages share: without it, a navigation has no loading state.
export { default } from "../loading";
