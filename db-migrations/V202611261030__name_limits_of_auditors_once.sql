-- The settings of auditors' logins, in one place: what the start asked a superuser to run left one of them out, and named
-- those that were there, so that it was asked for at every start, in the words of a record that nobody can read.
create function auditor_limits_missing(role text) returns text[]
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select array(select l
                   from unnest(array['default_transaction_read_only = on', 'statement_timeout = ''5min''',
                                     'idle_in_transaction_session_timeout = ''10min''', 'jit = off', 'search_path = audit'])
                        with ordinality as x(l, i)
                  where not exists (select from pg_db_role_setting s join pg_roles r on r.oid = s.setrole
                                     where s.setdatabase = 0 and r.rolname = auditor_limits_missing.role
                                       and exists (select from unnest(s.setconfig) as c
                                                    where c like split_part(l, ' ', 1) || '=%'))
                  order by i)
$$;
comment on function auditor_limits_missing(text) is
    'Settings that an auditor''s login is to have and has not, to whatever value, as ALTER ROLE … SET takes them';
revoke all on function auditor_limits_missing(text) from public;

create or replace function audit.limit_auditor(role text) returns void
    language plpgsql
as
$$
declare
    setting text;
begin
    foreach setting in array public.auditor_limits_missing(role) loop
        execute format('alter role %I set ', role) || setting;
    end loop;
end
$$;

create or replace function audit.set_up_roles() returns void
    language plpgsql
as
$$
declare
    owner   name := (select r.rolname from pg_class c join pg_roles r on r.oid = c.relowner
                      where c.oid = 'public.audit_event'::regclass);
    missing text[] := '{}';
    unlimited text[] := '{}';
    step    record;
    item    record;
begin
    perform pg_advisory_xact_lock(hashtext('narthex-audit-roles'));
    for step in select * from (values
        (1, not exists (select from pg_roles where rolname = 'narthex_audit_views'), 'create role narthex_audit_views nologin'),
        (2, not exists (select from pg_roles where rolname = 'narthex_audit_readers'), 'create role narthex_audit_readers nologin'),
        (3, not exists (select from pg_roles where rolname = 'narthex_auditor'), 'create role narthex_auditor login'),
        (4, null, format('grant narthex_audit_views to %I', owner)),
        (5, null, 'grant narthex_audit_readers to narthex_auditor')) as x(number, needed, statement)
        order by number
    loop
        begin
            -- asked when its turn has come: the roles may just have been made
            if step.number = 4 then
                step.needed := not pg_has_role(owner, 'narthex_audit_views', 'member');
            elsif step.number = 5 then
                step.needed := not pg_has_role('narthex_auditor', 'narthex_audit_readers', 'member');
            end if;
            if step.needed then
                execute step.statement;
            end if;
        exception
            when insufficient_privilege or undefined_object then
                missing := missing || step.statement;
        end;
    end loop;
    begin
        perform audit.limit_auditor('narthex_auditor');
    exception
        when insufficient_privilege or undefined_object then
            unlimited := array(select 'alter role narthex_auditor set ' || l from unnest(public.auditor_limits_missing('narthex_auditor')) l);
    end;
    if cardinality(missing) > 0 then
        raise warning 'audit: nobody but the application can read the record yet, a superuser has to run: %; and then: select audit.set_up_roles()',
            array_to_string(missing || unlimited, '; ');
    elsif cardinality(unlimited) > 0 then
        raise warning 'audit: narthex_auditor lacks some of its settings, a superuser has to run: %',
            array_to_string(unlimited, '; ');
    end if;
    if not exists (select from pg_roles where rolname = 'narthex_audit_views')
       or not exists (select from pg_roles where rolname = 'narthex_audit_readers')
       or not pg_has_role(current_user, 'narthex_audit_views', 'member') then
        return;
    end if;

    if not has_schema_privilege('narthex_audit_readers', 'audit', 'usage') then
        grant usage on schema audit to narthex_audit_readers;
    end if;
    if not has_schema_privilege('narthex_audit_views', 'audit', 'usage') then
        grant usage on schema audit to narthex_audit_views;
    end if;
    if not has_schema_privilege('narthex_audit_views', 'public', 'usage') then
        grant usage on schema public to narthex_audit_views;
    end if;
    for item in select * from (values
        ('tenant', '(id, name, created_at, deleted_at)'),
        ('cache', '(id, tenant_id, name, visibility, sources, created_at, deleted_at)'),
        ('token', '(id, public_id, tenant_id, note, scopes, caches, created_at, created_by, expires_at, revoked_at, last_used_at)'),
        ('signing_key', '(id, name, public_key, state, created_at, active_at, retiring_at, retired_at, revoked_at, cache_id,'
                        ' imported, revocation_reason, due_at, replaced_by)'),
        ('audit_key', '(id, name, public_key)'), ('blob', '(id, file_size)'),
        ('audit_event', ''), ('audit_seal', ''), ('audit_head', ''), ('audit_chain_start', ''), ('audit_export', ''),
        ('audit_writer', ''), ('audit_whole', ''), ('audit_scope', ''), ('nar_download', ''), ('narinfo_hour', ''),
        ('narinfo_miss_hour', ''), ('storage_daily', ''), ('legal_hold', ''), ('uploaded_path', ''), ('local_path', ''),
        ('nix_store', ''), ('upload_signature', ''), ('path_signature', ''), ('store_path', ''), ('path_held', ''),
        ('path_edge', ''), ('path_queue', ''), ('package_held', ''), ('package_fetched', '')) as x(name, columns)
    loop
        if not has_any_column_privilege('narthex_audit_views', 'public.' || item.name, 'select') then
            execute format('grant select %s on public.%I to narthex_audit_views', item.columns, item.name);
        end if;
    end loop;
    for item in select c.relname as name, r.rolname as owner
                  from pg_class c join pg_roles r on r.oid = c.relowner
                 where c.relnamespace = 'audit'::regnamespace and c.relkind = 'v'
    loop
        if item.owner <> 'narthex_audit_views' then
            -- its new owner has to be allowed to create there for as long as this takes
            grant create on schema audit to narthex_audit_views;
            execute format('alter view audit.%I owner to narthex_audit_views', item.name);
            revoke create on schema audit from narthex_audit_views;
        end if;
        if not has_table_privilege('narthex_audit_readers', 'audit.' || item.name, 'select') then
            execute format('grant select on audit.%I to narthex_audit_readers', item.name);
        end if;
    end loop;
    for item in select p.oid::regprocedure::text as name, p.oid
                  from pg_proc p
                 where p.pronamespace = 'audit'::regnamespace
                   and p.proname not in ('create_auditor', 'drop_auditor', 'limit_auditor', 'set_up_roles')
    loop
        if not has_function_privilege('narthex_audit_readers', item.oid, 'execute') then
            execute format('grant execute on function %s to narthex_audit_readers', item.name);
        end if;
    end loop;
end
$$;
