export { type KyselyRowsOptions, kyselyRows } from "./kysely-rows.ts";
