/**
 * SQL that takes every privilege on tables and sequences from everyone but their owner: hosts such as
 * Supabase give each new table to roles that requests from outside may take, by default privileges.
 */
export function revokeAll(...names: readonly string[]): string {
  return `
do $privileges$
declare
  given record;
begin
  for given in
    select distinct pg_class.oid::regclass as name, grantee::regrole as role
    from pg_catalog.pg_class cross join aclexplode(relacl)
    where pg_class.oid = any ('{${names.join(",")}}'::regclass[]) and grantee not in (0, relowner)
  loop
    execute format('revoke all on %s from %s', given.name, given.role);
  end loop;
  revoke all on ${names.join(", ")} from public;
end
$privileges$;`.trimStart();
}
