// Express 4 under another name, as npm installs it here. As far as the contract's app goes, the types of 5
// describe it.
declare module "express-4" {
  export { default } from "express";
}
