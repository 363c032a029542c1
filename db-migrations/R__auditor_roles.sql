-- Repeatable: runs again, with all others, when any migration changes: ${migrations}
-- The logins of auditors: how they are made, and what they may do.

-- The only list of these settings: they are made from it, or a superuser is told to make them.
create or replace function auditor_limits_missing(role text) returns text[]
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
    'Settings that an auditor''s login should have and lacks, written as ALTER ROLE … SET takes them. A setting with another'
    ' value counts as there';

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
comment on function audit.limit_auditor(text) is 'Makes a login''s transactions read-only and ends those that take too long';

-- The owner runs this at every start. It makes and grants what it may, and names what a superuser has to run.
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
    side_doors text[] := array(
        select p.oid::regprocedure::text from pg_proc p
         where p.pronamespace = 'pg_catalog'::regnamespace
           and (p.proname ~ '^pg_(try_)?advisory_'
                or p.proname in ('pg_current_xact_id', 'txid_current', 'pg_logical_emit_message', 'lo_creat', 'lo_create',
                                 'lo_from_bytea')));
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
            -- asked only now: the step before may have made the roles
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

    -- PostgreSQL lets every login do what an auditor should not: make temporary tables, hold locks that the application waits
    -- for, use up transaction numbers, fill the disk with large objects. The application keeps what it needs.
    if has_database_privilege('narthex_audit_readers', current_database(), 'temporary') then
        execute format('revoke temporary on database %I from public', current_database());
    end if;
    if (select r.rolsuper from pg_roles r where r.rolname = current_user) then
        for item in select x.name from unnest(side_doors) as x(name)
                     where has_function_privilege('narthex_audit_readers', x.name, 'execute') loop
            execute format('revoke execute on function %s from public', item.name);
            execute format('grant execute on function %s to %I', item.name, owner);
            for step in select w.role from public.audit_writer w join pg_roles r on r.rolname = w.role loop
                execute format('grant execute on function %s to %I', item.name, step.role);
            end loop;
        end loop;
        -- a login that became the application's after the functions were closed
        for item in select x.name, r.rolname as role
                      from unnest(side_doors) as x(name)
                           cross join public.audit_writer w join pg_roles r on r.rolname = w.role
                     where not has_function_privilege(r.rolname, x.name, 'execute') loop
            execute format('grant execute on function %s to %I', item.name, item.role);
        end loop;
    end if;
    if has_database_privilege('narthex_audit_readers', current_database(), 'temporary')
       or exists (select from unnest(side_doors) as x(name)
                   where has_function_privilege('narthex_audit_readers', x.name, 'execute')) then
        raise warning 'audit: auditors may make temporary and large objects and hold locks, until a superuser runs: select audit.set_up_roles()';
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
    -- some tables are granted by column, since they hold more than auditors may see; a new column is granted to nobody at first
    for item in select * from (values
        ('tenant', array['id', 'name', 'created_at', 'deleted_at', 'max_bytes', 'warn_at', 'when_full']),
        ('cache', array['id', 'tenant_id', 'name', 'visibility', 'sources', 'created_at', 'deleted_at', 'max_bytes', 'warn_at',
                        'when_full']),
        ('token', array['id', 'public_id', 'tenant_id', 'note', 'scopes', 'caches', 'created_at', 'created_by', 'expires_at',
                        'revoked_at', 'last_used_at']),
        ('signing_key', array['id', 'name', 'public_key', 'state', 'created_at', 'active_at', 'retiring_at', 'retired_at',
                              'revoked_at', 'cache_id', 'imported', 'revocation_reason', 'due_at', 'replaced_by']),
        ('audit_key', array['id', 'name', 'public_key']), ('blob', array['id', 'file_size']),
        ('upstream', array['id', 'name']),
        ('upstream_path', array['id', 'cache_id', 'hash', 'name']), ('upstream_signature', null), ('upstream_day', null),
        ('cache_source_path', array['id', 'cache_id', 'hash', 'name']), ('cache_source_signature', null),
        ('audit_event', null), ('audit_seal', null), ('audit_head', null), ('audit_chain_start', null), ('audit_export', null),
        ('audit_writer', null), ('audit_whole', null), ('audit_scope', null), ('nar_download', null), ('narinfo_hour', null),
        ('narinfo_miss_hour', null), ('storage_daily', null), ('cache_usage', null), ('tenant_usage', null), ('legal_hold', null), ('named_hold', null), ('scrub_finding', null),
        ('scrub_finding_path', null), ('uploaded_path', null),
        ('local_path', null), ('nix_store', null), ('upload_signature', null), ('path_signature', null), ('store_path', null),
        ('path_held', null), ('path_edge', null), ('path_queue', null), ('package_held', null), ('package_fetched', null),
        ('local_signature', null), ('trust', null), ('token_identity', null), ('cache_retention', null), ('pin', null),
        ('pin_revision', null), ('retention_run', null), ('retention_candidate', null), ('removed_path', null),
        ('removed_edge', null), ('denial', null), ('denied_path', null), ('promoted_identity', null)) as x(name, columns)
    loop
        if item.columns is null and not has_table_privilege('narthex_audit_views', 'public.' || item.name, 'select')
           or exists (select from unnest(item.columns) as c
                       where not has_column_privilege('narthex_audit_views', 'public.' || item.name, c, 'select')) then
            execute format('grant select%s on public.%I to narthex_audit_views',
                           ' (' || array_to_string(item.columns, ', ') || ')', item.name);
        end if;
    end loop;
    for item in select c.relname as name, r.rolname as owner
                  from pg_class c join pg_roles r on r.oid = c.relowner
                 where c.relnamespace = 'audit'::regnamespace and c.relkind = 'v'
    loop
        if item.owner <> 'narthex_audit_views' then
            -- PostgreSQL wants that the new owner may create in the schema; this takes the right back at once
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
comment on function audit.set_up_roles() is
    'Makes the auditors'' roles and gives them the views, as far as the caller may; warns with what a superuser has to run';

-- Gives a login what it needs to read the record, and nothing else. A superuser runs it, or an owner of the schema who may
-- create roles. A login that is made again sees what it is made for now, not what a former login of its name saw.
create or replace function audit.create_auditor(role text, tenant text) returns text
    language plpgsql
as
$$
declare
    bound integer;
    may   boolean := (select r.rolsuper or r.rolcreaterole from pg_roles r where r.rolname = current_user);
begin
    if tenant is null or role is null then
        raise exception 'name a role, and a tenant or * for the whole server';
    end if;
    if tenant <> '*' then
        select t.id into bound from public.tenant t where t.name = create_auditor.tenant and t.deleted_at is null;
        if bound is null then
            raise exception 'there is no tenant %', quote_literal(tenant);
        end if;
    end if;
    if not may then
        raise exception '% may not create roles: a superuser has to run this, with the embedded database psql "$(cat …/superuser.uri)"',
            current_user using errcode = 'insufficient_privilege';
    end if;
    perform audit.set_up_roles();
    if role in ('narthex_audit_views', 'narthex_audit_readers')
       or exists (select from public.audit_writer w where w.role = create_auditor.role)
       or exists (select from pg_roles r where r.rolname = create_auditor.role and (r.rolsuper or r.rolbypassrls or r.rolcreaterole))
       or exists (select from pg_class c join pg_roles r on r.oid = c.relowner
                   where c.oid = 'public.audit_event'::regclass and r.rolname = create_auditor.role) then
        raise exception 'role % may do more than an auditor', role;
    end if;
    if not exists (select from pg_roles r where r.rolname = create_auditor.role) then
        -- rows of a former role of that name, which was dropped without audit.drop_auditor
        delete from public.audit_auditor a where a.role = create_auditor.role;
    end if;
    if bound is not null and exists (select from public.audit_whole w where w.role = create_auditor.role) then
        raise exception 'role % already reads the record of the whole server; see audit.drop_auditor', role;
    end if;
    if not exists (select from pg_roles r where r.rolname = create_auditor.role) then
        execute format('create role %I login', role);
    end if;
    execute format('grant narthex_audit_readers to %I', role);
    perform audit.limit_auditor(role);
    insert into public.audit_auditor (role, tenant_id) values (create_auditor.role, bound) on conflict do nothing;
    return format('%s reads the record of %s; give it a password: ALTER ROLE %I PASSWORD ''…'' (psql: \password %I)',
                  role, case when bound is null then 'the whole server' else 'tenant ' || tenant end, role, role);
end
$$;
comment on function audit.create_auditor(text, text) is
    'Makes a login that reads the record of a tenant and may do nothing else. If the login is there, it reads that tenant''s'
    ' too; *: all tenants';

create or replace function audit.drop_auditor(role text) returns text
    language plpgsql
as
$$
begin
    delete from public.audit_auditor a where a.role = drop_auditor.role
       and not exists (select from public.audit_writer w where w.role = drop_auditor.role);
    if not found then
        raise exception '% is no auditor', role;
    end if;
    execute format('revoke narthex_audit_readers from %I', role);
    return format('%s reads no record any more; to remove the login: DROP ROLE %I', role, role);
end
$$;
comment on function audit.drop_auditor(text) is
    'Takes from a login all that audit.create_auditor gave it; the login itself stays';

revoke all on function auditor_limits_missing(text), audit.limit_auditor(text), audit.set_up_roles(),
    audit.create_auditor(text, text), audit.drop_auditor(text) from public;

-- in the transaction that makes the views anew, so that no auditor ever finds them without grants
select audit.set_up_roles();
