import { prepareTables, resetRows } from "./test/rows/prepared-tables.ts";
import { assertRowSecurity, createRows, checkTables } from "./src/index.ts";
import { fragments, statementOf } from "./test/rows/injection/fragments.ts";
import postgres from "postgres";
const url = "postgres://postgres@127.0.0.1:35155/postgres";
const server = { url, createDatabase: async () => { const n = "t" + Math.random().toString(36).slice(2); const s = postgres(url); await s.unsafe("create database "+n); await s.end(); const u = new URL(url); u.pathname = "/"+n; return u.href; } };
const t = await prepareTables(server as never, "hardened");
const sql = postgres(t.url, {max:1, onnotice(){}});
console.log(await assertRowSecurity(sql, ["notes","documents","counters","projects"], {key:t.key}).catch(String));
const rows = createRows(sql, {key:t.key});
console.log(await rows.for({id:"alice", claims:{org:"acme"}})`select * from notes`, await rows.for({id:"alice", claims:{org:"acme"}})`select * from projects`);
for (const f of fragments) { const r = await rows.for({id:"alice",claims:{org:"acme"}}).unsafe(statementOf(f)).then(JSON.stringify, e=>String(e)); if (/secret of bob/.test(r)) console.log("LEAK", f.name, r); }
const admin = postgres(t.adminUrl,{max:1,onnotice(){}});
console.log(await checkTables(admin));
await sql.end(); await admin.end();
