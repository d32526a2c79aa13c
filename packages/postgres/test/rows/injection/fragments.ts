/** What the API does with the input: it puts it into one of these statements, between quotes. */
export type Statement = "search" | "add" | "rename" | "whole";

/** Injected SQL, as alice. */
export interface Fragment {
  /** What it tries. */
  readonly name: string;
  readonly into: Statement;
  readonly text: string;
  /** Statements that the same transaction runs afterwards, injected too. */
  readonly next?: readonly string[] | undefined;
  /**
   * What it does to a database in named mode, where it shows that the attempt is real: reads or writes rows
   * of bob, writes a revocation, or leaves something on the pooled connection. Undefined: nothing there
   * either.
   */
  readonly named?: "reads" | "writes" | "revokes" | "leaves" | undefined;
}

const templates: Readonly<Record<Statement, (input: string) => string>> = {
  search: (input) => `select body from notes where body = '${input}'`,
  add: (input) => `insert into notes (body) values ('${input}') returning *`,
  rename: (input) => `update notes set body = '${input}' where id = 1 returning *`,
  whole: (input) => input,
};

/** The statement that the API runs, without knowing what the input has made of it. */
export const statementOf = ({ into, text }: Fragment): string => templates[into](text);

/** Adds the value of an expression to the search's result. */
const show = (expression: string) => `' union all select (${expression})::text -- `;

/** Runs a query from inside an expression. Unlike a subquery, at that point in time. */
const xml = (query: string) => `query_to_xml($x$${query}$x$, true, true, '')::text`;

/** Runs queries one after the other from inside an expression. */
const sequence = (...queries: string[]) => show(queries.map(xml).join(" || "));

const everything = "select * from notes union all select id, owner_id, body from projects";
const asBob = "select set_config('usher.user_id', 'bob', true)";
/** Shows that something was read that has no secret in it. In two parts: an error quotes the statement. */
const found = "'secret' || ' of bob'";
const leaveRole = "select set_config('role', 'none', true)";

const search = (name: string, text: string, named?: Fragment["named"]): Fragment => ({
  name,
  into: "search",
  text,
  named,
});
const whole = (name: string, text: string, named?: Fragment["named"]): Fragment => ({
  name,
  into: "whole",
  text,
  named,
});

const principals: readonly Fragment[] = [
  search(
    "set_config of the user, in a lateral join",
    `' union all select found.body from (select set_config('usher.user_id', 'bob', true) as id offset 0) as changed
      cross join lateral (select body from notes where changed.id is not null offset 0) as found -- `,
    "reads",
  ),
  search("set_config of the user, by query_to_xml", sequence(asBob, everything), "reads"),
  search(
    "set_config of the user for the session",
    sequence("select set_config('usher.user_id', 'bob', false)", everything),
    "reads",
  ),
  search(
    "set_config of user and organization",
    sequence(
      "select set_config('usher.user_id', 'bob', true), set_config('usher.org_id', 'acme', true)",
      "select body from projects",
    ),
    "reads",
  ),
  search(
    "set_config of the user, in a materialized CTE",
    `' union all (with changed as materialized (select set_config('usher.user_id', 'bob', true) as id)
      select body from changed, lateral (select body from notes where changed.id = 'bob' offset 0) as found) -- `,
    "reads",
  ),
  search(
    "set_config of the user, in a condition",
    "' or set_config('usher.user_id', 'bob', true) is not null -- ",
  ),
  search(
    "set_config of the user, in order by",
    "' or true order by set_config('usher.user_id', 'bob', true) -- ",
  ),
  search(
    "set_config by its qualified name, in a nested comment",
    `'/* /* */ */ union all select ${xml("select pg_catalog.set_config('usher.user_id'/**/, 'bob', true)")} || ${xml(everything)} -- `,
    "reads",
  ),
  search("an empty user", sequence("select set_config('usher.user_id', '', true)", everything)),
  search("a user that is a pattern", sequence("select set_config('usher.user_id', '%', true)", everything)),
  {
    name: "set_config of the user, then a row for that user",
    into: "whole",
    text: `insert into notes (owner_id, body) select 'bob', 'planted' from
      (select set_config('usher.user_id', 'bob', true) as id offset 0) as changed where changed.id = 'bob' returning *`,
    named: "writes",
  },
  {
    name: "set_config of the user between the rows of an insert",
    into: "add",
    text: "'), (set_config('usher.user_id', 'bob', true)), ('planted') returning * -- ",
  },
];

const proofs: readonly Fragment[] = [
  search(
    "alice's own proof for bob",
    sequence(asBob, "select set_config('usher.proof', current_setting('usher.proof'), true)", everything),
    "reads",
  ),
  search(
    "no proof, as in named mode",
    sequence(asBob, "select set_config('usher.proof', '', true)", everything),
    "reads",
  ),
  search(
    "a guessed proof with the right key",
    sequence(
      asBob,
      "select set_config('usher.proof', split_part(current_setting('usher.proof'), '.', 1) || '.' || repeat('0', 64), true)",
      everything,
    ),
    "reads",
  ),
  search(
    "a proof without its end",
    sequence(
      asBob,
      "select set_config('usher.proof', left(current_setting('usher.proof'), 17), true)",
      everything,
    ),
    "reads",
  ),
  search(
    "a proof with a key that does not exist",
    sequence(
      asBob,
      "select set_config('usher.proof', repeat('0', 16) || '.' || repeat('0', 64), true)",
      everything,
    ),
    "reads",
  ),
  search(
    "a proof for another division into user and organization",
    sequence(
      "select set_config('usher.user_id', 'alic', true), set_config('usher.org_id', 'e', true)",
      everything,
    ),
  ),
  search(
    "an organization of alice's that her proof is not for",
    sequence(
      "select set_config('usher.org_id', 'other', true)",
      `select case when count(*) > 0 then ${found} end from projects`,
    ),
    "reads",
  ),
  search("the keys", sequence("select * from usher.principal_keys")),
  search(
    "the keys, outside the role",
    sequence(leaveRole, `select ${found} from (select count(*) from usher.principal_keys) as keys`),
    "reads",
  ),
  whole(
    "a key of alice's own, by a CTE that writes",
    `with planted as (insert into usher.principal_keys (id, inner_pad, outer_pad)
      values (repeat('a', 16), sha512('a'), sha512('b')) returning id) select id from planted`,
  ),
  whole(
    "no keys, by a CTE that writes",
    "with removed as (delete from usher.principal_keys returning id) select body from notes, removed",
  ),
  search(
    "the end of the session's binding",
    show("usher.reset_session()::text || (select string_agg(body, '') from notes)"),
  ),
  search(
    "the statements of other sessions",
    show(
      "(select string_agg(query, ' ') from pg_stat_activity where query like '%secret of bob%' and pid <> pg_backend_pid())",
    ),
  ),
  search(
    "the statements of other sessions, outside the role",
    sequence(
      leaveRole,
      "select query from pg_stat_activity where query like 'x%' or query ~ '[0-9a-f]{64}' and pid <> pg_backend_pid()",
    ),
  ),
  search(
    "the values of prepared statements",
    sequence("select statement, parameter_types from pg_prepared_statements where statement like '%secret%'"),
  ),
];

const roles: readonly Fragment[] = [
  search("role none", sequence(leaveRole, everything)),
  search("role none, for the session", sequence("select set_config('role', 'none', false)", everything)),
  search(
    "the request role, for the session",
    sequence("select set_config('role', 'usher_api', false)", everything),
    "leaves",
  ),
  ...["migrations", "postgres", "pg_read_all_data", "pg_monitor", "api_login"].map((role) =>
    search(`role ${role}`, sequence(`select set_config('role', '${role}', true)`, everything)),
  ),
  search(
    "session_authorization postgres",
    sequence("select set_config('session_authorization', 'postgres', true)", everything),
  ),
  search(
    "session_authorization as it is, for the session",
    sequence("select set_config('session_authorization', session_user::text, false)", everything),
  ),
  search("row_security off", sequence("select set_config('row_security', 'off', true)", everything)),
  search(
    "session_replication_role replica",
    sequence("select set_config('session_replication_role', 'replica', true)", everything),
  ),
  whole("set role as a separate statement", "set role none"),
  whole("reset role as a separate statement", "reset role"),
  whole("reset all as a separate statement", "reset all"),
];

const stacked: readonly Fragment[] = [
  search("a second statement", "'; update notes set body = 'gone'; -- "),
  search("commit and a read of everybody", "'; commit; reset role; select * from notes; -- "),
  search(
    "a DO block after the statement",
    "'; do $$ begin perform set_config('role', 'none', false); end $$; -- ",
  ),
  whole("a DO block", "do $$ begin perform set_config('role', 'none', false); end $$"),
  whole("copy to the client", "copy (select * from notes) to stdout"),
  whole("copy to a program", "copy notes to program 'cat'"),
  whole("prepare", "prepare attack as select * from notes"),
  whole("a cursor that outlives its transaction", "declare attack cursor with hold for select * from notes"),
  whole("listen", "listen usher_revocations"),
  whole("a comment before another statement", "/* select */ listen usher_revocations"),
  whole(
    "a statement after a comment that a carriage return ends",
    "--\rlisten usher_revocations /*\nselect */",
  ),
  whole(
    "a cursor after a comment that a carriage return ends",
    "--\rdeclare attack cursor with hold for select * from notes /*\nselect */",
  ),
  whole("explain analyze of a write", "explain analyze delete from notes"),
  search(
    "create function",
    "'; create function pg_temp.lower(text) returns text language sql as 'select $1'; -- ",
  ),
  search(
    "create operator",
    "'; create operator public.= (leftarg = text, rightarg = text, function = textne); -- ",
  ),
  whole("a call", "call pg_catalog.nothing()"),
];

const objects: readonly Fragment[] = [
  whole(
    "a temporary table with the name of a table",
    "select 1 as id, 'alice'::text as owner_id, 'planted'::text as body into temporary notes",
    "leaves",
  ),
  whole("a table in the schema public", "select 'planted'::text as body into public.planted"),
  search(
    "a search path of temporary objects",
    sequence("select set_config('search_path', 'pg_temp, public', false)", everything),
    "leaves",
  ),
  search(
    "a search path without the tables",
    sequence("select set_config('search_path', 'attack', false)"),
    "leaves",
  ),
  search("a large object", show("lo_from_bytea(0, 'planted')")),
  search("a file as a large object", show("lo_import('/etc/hostname')")),
  search("a large object as a file", show("lo_export(1, '/tmp/usher-planted')")),
  search("a file", show("pg_read_file('postgresql.conf')")),
  search("a folder", show("(select string_agg(name, ',') from pg_ls_dir('.') as name)")),
  search("another database, by dblink", show("dblink('dbname=postgres', 'select 1')")),
];

const reads: readonly Fragment[] = [
  search("every row by a condition", "' or true -- "),
  search("every row by union", "' union all select body from notes -- "),
  search("another table's rows", "' union all select body from documents -- "),
  search("table_to_xml", show("table_to_xml('notes', true, true, '')")),
  search("schema_to_xml", show("schema_to_xml('public', true, true, '')")),
  search(
    "ts_stat",
    show(
      "(select string_agg(word, ' ') from ts_stat($x$select to_tsvector(body) from notes$x$) where word = 'secret')",
    ),
  ),
  search(
    "statistics",
    show(
      "(select string_agg(most_common_vals::text || histogram_bounds::text, ' ') from pg_stats where tablename = 'notes')",
    ),
  ),
  search("the statistics themselves", show("(select count(*) from pg_statistic)")),
  search("an error that quotes a row", "' or (owner_id <> 'alice' and body::int = 1) -- "),
  search(
    "an error that depends on a row",
    "' or (owner_id <> 'alice' and 1 / (length(body) - length(body)) = 1) -- ",
  ),
  search("rows by their place on disk", "' or ctid = '(0,2)' -- "),
  search("a sample of the table", "' union all select body from notes tablesample system (100) -- "),
  search(
    "a recursive CTE",
    "' union all (with recursive walk as (select body from notes union select n.body from notes n, walk) select body from walk) -- ",
  ),
  whole("rows locked for update", "select body from notes for update"),
  whole("the table command", "table notes"),
];

const writes: readonly Fragment[] = [
  {
    name: "a row for bob",
    into: "add",
    text: "x'); insert into notes (owner_id, body) values ('bob', 'planted'); -- ",
  },
  whole("a row for bob, by name", "insert into notes (owner_id, body) values ('bob', 'planted') returning *"),
  { name: "every row renamed", into: "rename", text: "gone' where true -- " },
  { name: "a row given to bob", into: "rename", text: "planted', owner_id = 'bob" },
  {
    name: "bob's row taken",
    into: "rename",
    text: "x', owner_id = 'alice' where owner_id = 'bob' returning * -- ",
  },
  whole(
    "bob's row, by a conflict",
    "insert into notes (id, body) values (2, 'gone') on conflict (id) do update set body = excluded.body returning *",
  ),
  whole(
    "bob's row taken, by a conflict",
    "insert into notes (id, body) values (2, 'x') on conflict (id) do update set owner_id = 'alice' returning *",
  ),
  whole(
    "merge",
    `merge into notes using (values (1), (2)) as given (id) on notes.id = given.id
      when matched then update set body = 'gone'`,
  ),
  whole("a CTE that deletes", "with gone as (delete from notes returning body) select body from gone"),
  {
    name: "set_config of the user, and a delete afterwards",
    into: "whole",
    text: asBob,
    next: ["delete from notes"],
    named: "writes",
  },
  whole(
    "returning what is not alice's",
    "update notes set body = body returning (select string_agg(body, ' ') from notes)",
  ),
  whole("truncate", "truncate notes"),
];

const revocations: readonly Fragment[] = [
  whole("a revocation", "insert into usher_revocations (kind, id, before) values ('user', 'bob', 1)"),
  whole(
    "a revocation, by a CTE that writes",
    "with planted as (insert into usher_revocations (kind, id, before) values ('user', 'bob', 1) returning id) select id from planted",
  ),
  search("the revocations, outside the role", sequence(leaveRole, "select * from usher_revocations")),
  {
    name: "a revocation, outside the role",
    into: "whole",
    text: leaveRole,
    next: ["insert into usher_revocations (kind, id, before) values ('user', 'bob', 1)"],
    named: "revokes",
  },
  {
    name: "a key of alice's own, outside the role",
    into: "whole",
    text: leaveRole,
    next: [
      "insert into usher.principal_keys (id, inner_pad, outer_pad) values (repeat('a', 16), sha512('a'), sha512('b'))",
    ],
    named: "writes",
  },
  search("a notification of a revocation", show("pg_notify('usher_revocations', '')")),
];

const leftovers: readonly Fragment[] = [
  search("a lock of the session", show("pg_advisory_lock(7365688)"), "leaves"),
  search(
    "a lock of the session, and an error",
    show("select pg_advisory_lock(7365689)::text || (1 / (length(body) - length(body)))::text from notes"),
    "leaves",
  ),
  search(
    "a statement timeout for the session",
    show("set_config('statement_timeout', '1', false)"),
    "leaves",
  ),
  search("a time zone for the session", show("set_config('timezone', 'Pacific/Apia', false)"), "leaves"),
  search(
    "read-only transactions for the session",
    show("set_config('default_transaction_read_only', 'on', false)"),
    "leaves",
  ),
  search("a proof for the session", show("set_config('usher.proof', 'planted', false)"), "leaves"),
  search(
    "an unknown setting for the session",
    show("set_config('attack.note', current_setting('usher.user_id'), false)"),
    "leaves",
  ),
  whole(
    "settings by their view",
    "update pg_settings set setting = 'off' where name = 'enable_seqscan'",
    "leaves",
  ),
  search("a number of a sequence", show("nextval('notes_id_seq')"), "leaves"),
  search("a number of a sequence, and an error", show("nextval('notes_id_seq') / 0"), "leaves"),
  search("a sequence set back", show("setval('notes_id_seq', 1)")),
  search("the number that another user got", show("lastval()")),
  search("the end of the connection", sequence(leaveRole, "select pg_terminate_backend(pg_backend_pid())")),
];

/** SQL that is injected in tests as alice, in a hardened and in a named database. */
export const fragments: readonly Fragment[] = [
  ...principals,
  ...proofs,
  ...roles,
  ...stacked,
  ...objects,
  ...reads,
  ...writes,
  ...revocations,
  ...leftovers,
];
