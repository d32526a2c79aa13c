// The name under which npm installs Express 4 here. The types of Express 5 describe what the contract uses of
// it.
declare module "express-4" {
  export { default } from "express";
}
