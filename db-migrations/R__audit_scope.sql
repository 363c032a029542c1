-- Repeatable: runs again, with all others, when any migration changes: ${migrations}
-- Who sees which rows: the policies of the tables that auditors read, and the views that the policies look into.

create view audit_whole as
select role from audit_auditor where tenant_id is null
union
select rolname from pg_roles where rolsuper;
comment on view audit_whole is 'Database roles that see the record of all tenants and of the server';

create view audit_scope as
select a.role, t.id as tenant_id from audit_auditor a join tenant t on t.id = a.tenant_id
union
select w.role, t.id from audit_whole w cross join tenant t;
comment on view audit_scope is 'Which tenants each database role sees in the record';
grant select on audit_whole, audit_scope to ${app};

-- The application may see and write all rows that it is granted: its policy lets all pass.
do $$
declare
    r       record;
    -- both logins, where NARTHEX_DB_USER named one and later another
    writers text := (select string_agg(quote_ident(w.role), ', ') from audit_writer w join pg_roles p on p.rolname = w.role);
    tenants text := 'any (array(select s.tenant_id from audit_scope s where s.role = current_user))';
    whole   text := '(select exists (select from audit_whole w where w.role = current_user))';
begin
    for r in select * from (values
        ('tenant',            'id = ' || tenants),
        ('cache',             'tenant_id = ' || tenants),
        ('token',             'tenant_id = ' || tenants || ' or tenant_id is null and ' || whole),
        ('trust',             'tenant_id = ' || tenants),
        ('token_identity',    'tenant_id = ' || tenants || ' or token_id in (select p.token_id from promoted_identity p'
                              || ' where p.tenant_id = ' || tenants || ')'),
        ('audit_event',       'tenant_id = ' || tenants || ' or tenant_id is null and ' || whole),
        ('audit_seal',        'chain = ' || tenants || ' or chain = 0 and ' || whole),
        ('audit_head',        'chain = ' || tenants || ' or chain = 0 and ' || whole),
        ('audit_chain_start', 'chain = ' || tenants || ' or chain = 0 and ' || whole),
        ('storage_daily',     'tenant_id = ' || tenants),
        ('legal_hold',        'tenant_id = ' || tenants),
        ('cache_retention',   'tenant_id = ' || tenants),
        ('pin',               'tenant_id = ' || tenants),
        ('retention_run',     'tenant_id = ' || tenants),
        ('removed_path',      'tenant_id = ' || tenants),
        ('named_hold',        'tenant_id = ' || tenants),
        ('scrub_finding_path', 'tenant_id = ' || tenants),
        ('scrub_finding',     'id in (select p.finding_id from scrub_finding_path p) or ' || whole),
        ('promotion',         'tenant_id = ' || tenants),
        ('denial',            'cache_id is null or cache_id in (select c.id from cache c)'),
        ('signing_key',       'cache_id in (select c.id from cache c)')) as x(name, rule)
    loop
        execute format('create policy application on %I to %s using (true) with check (true)', r.name, writers);
        execute format('create policy auditors on %I for select to public using (%s)', r.name, r.rule);
    end loop;
end
$$;
