-- Flyway runs this before each migration. All pending migrations are one transaction. Before the first of them this drops the
-- policies and the auditors' views, since no column that they read could be changed, and takes back the application's grants.
-- The repeatable migrations make all of it anew.
do $$
declare
    owner regrole := quote_ident(current_user)::regrole;
    app   regrole := '${app}'::regrole;
    step  record;
begin
    if current_setting('narthex.made_anew', true) = 'begun' then
        return;
    end if;
    perform set_config('narthex.made_anew', 'begun', true);
    -- everybody waits behind whoever waits for such a lock; so this gives up after a moment, and Migrations.java tries again
    perform set_config('lock_timeout', '1s', true);
    for step in
        select 1 as number, format('drop policy %I on %s', p.polname, p.polrelid::regclass) as statement
          from pg_policy p join pg_class c on c.oid = p.polrelid
         where c.relnamespace = '${flyway:defaultSchema}'::regnamespace
        union all
        -- in one statement, since some views read others; it fails where a view that is not ours reads one
        select 2, 'drop view ' || string_agg(format('%I.%I', v.schemaname, v.viewname), ', ')
          from pg_views v
         where v.schemaname = 'audit' or v.schemaname = '${flyway:defaultSchema}' and v.viewname in ('audit_whole', 'audit_scope')
        having count(*) > 0
        union all
        select 3, format('revoke all on %s from %s', c.oid::regclass, app)
          from pg_class c
         where c.relnamespace in (select n.oid from pg_namespace n where n.nspname in ('${flyway:defaultSchema}', 'audit'))
           and c.relkind in ('r', 'p') and c.relowner = owner and owner <> app
           and exists (select from aclexplode(c.relacl) a where a.grantee = app
                       union all
                       select from pg_attribute t cross join lateral aclexplode(t.attacl) a
                        where t.attrelid = c.oid and a.grantee = app)
        union all
        select 3, format('revoke all on function %s from %s', p.oid::regprocedure, app)
          from pg_proc p cross join lateral aclexplode(p.proacl) a
         where p.pronamespace in (select n.oid from pg_namespace n where n.nspname in ('${flyway:defaultSchema}', 'audit'))
           and p.proowner = owner and owner <> app
           and a.grantee = app
         order by number
    loop
        execute step.statement;
    end loop;
end
$$;
