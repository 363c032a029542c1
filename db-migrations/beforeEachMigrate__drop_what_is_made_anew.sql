-- Flyway runs this before each migration. All pending ones are one transaction; before the first of them goes what a table cannot
-- be changed under, and what the repeatable migrations make anew behind: policies, the auditors' views, the application's grants.
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
    -- everybody waits behind who waits for such a lock: the whole is given up after a moment, and tried again (Migrations.java)
    perform set_config('lock_timeout', '1s', true);
    for step in
        select 1 as number, format('drop policy %I on %s', p.polname, p.polrelid::regclass) as statement
          from pg_policy p join pg_class c on c.oid = p.polrelid
         where c.relnamespace = '${flyway:defaultSchema}'::regnamespace
        union all
        -- in one statement, since some read others; a view of somebody else's that reads one is not dropped with it
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
