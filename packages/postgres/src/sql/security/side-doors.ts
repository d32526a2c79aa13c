import { requestRoleName } from "../names.ts";

const principalFunctions = "to_regproc('usher.user_id'), to_regproc('usher.org_id')";

/** Whether a policy names one of the functions that check the proof. */
const namesFunction = (policy: string) => `exists (select from pg_depend
  where classid = 'pg_policy'::regclass and objid = ${policy} and refclassid = 'pg_proc'::regclass
  and (refobjid in (${principalFunctions})
    or exists (select from pg_proc where oid = refobjid and prosrc ~ 'usher[.](user|org)_id *[(]')))`;

/**
 * Whether the policy `pg_policy` asks `usher.user_id()` or `usher.org_id()`: itself, in a function of the
 * user, or through the policies of another table that it reads.
 */
export const asksPrincipal: string = `(${namesFunction("pg_policy.oid")} or exists (
  select from pg_depend join pg_policy as other on other.polrelid = refobjid and other.polrelid <> pg_policy.polrelid
  where classid = 'pg_policy'::regclass and objid = pg_policy.oid and refclassid = 'pg_class'::regclass
  and ${namesFunction("other.oid")}))`;

/** Whether the owner of a view sees the rows of others in the table `given`. */
const ownerSees = `(owner.rolsuper or owner.rolbypassrls
  or exists (select from pg_policy, unnest(polroles) as role
    where polrelid = given.oid and polpermissive and role not in (0, to_regrole('${requestRoleName}'))
    and pg_has_role(owner.oid, role, 'USAGE') and not ${asksPrincipal}))`;

/** Whether the view `pg_class` has the rights of its reader. */
const isInvokers = `coalesce(pg_class.reloptions &&
  array['security_invoker=true', 'security_invoker=on', 'security_invoker=1', 'security_invoker=yes'], false)`;

/**
 * What shows the rows of the table `given` past its policies, as `door`: its partitions and the tables that
 * inherit from it, views and materialized views, also of one another, if the request role has a privilege.
 */
export const sideDoors: string = `from (
  with recursive doors (oid, is_open) as (
    select given.oid, false
    union
    select found.* from doors cross join lateral (
      select pg_class.oid, not relrowsecurity
      from pg_inherits join pg_class on pg_class.oid = inhrelid where inhparent = doors.oid
      union all
      select pg_class.oid, relkind = 'm' or not ${isInvokers} and (doors.is_open or ${ownerSees})
      from pg_depend
      join pg_rewrite on pg_rewrite.oid = objid
      join pg_class on pg_class.oid = ev_class
      join pg_roles as owner on owner.oid = relowner
      where classid = 'pg_rewrite'::regclass and refclassid = 'pg_class'::regclass and refobjid = doors.oid
        and ev_class <> doors.oid
    ) as found
  )
  select distinct oid::regclass::text as door from doors
  where is_open and (has_any_column_privilege(to_regrole('${requestRoleName}')::oid, oid, 'SELECT,INSERT,UPDATE')
    or has_table_privilege(to_regrole('${requestRoleName}')::oid, oid, 'DELETE'))
) as doors`;
