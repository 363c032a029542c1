-- Repeatable: runs again, with all others, when any migration changes: ${migrations}
-- How events are written: only the application writes them, and nobody changes them.

-- The application's login may write events. (Flyway does not replace a placeholder right after a dollar sign.)
insert into audit_writer (role)
select rolname from pg_roles where quote_ident(rolname) = '${app}' or '"' || replace(rolname, '"', '""') || '"' = '${app}'
on conflict do nothing;
insert into audit_auditor (role) select role from audit_writer on conflict do nothing;

-- The trigger stamps what the application writes, so that a row that somebody else put in can be told apart.
create or replace function audit_event_stamp() returns trigger
    language plpgsql
    set search_path = public, pg_temp
as
$$
begin
    if not exists (select from audit_writer w where w.role = session_user)
       and not exists (select from audit_writer w
                       where exists (select from pg_roles r where r.rolname = w.role)
                         and pg_has_role(session_user, w.role, 'member')
                         and not (select r.rolsuper from pg_roles r where r.rolname = session_user)) then
        raise exception 'only the application writes events' using errcode = 'insufficient_privilege';
    end if;
    new.tx := pg_current_xact_id();
    new.login := session_user;
    return new;
end
$$;
revoke all on function audit_event_stamp() from public;

create or replace function audit_refuse() returns trigger
    language plpgsql
    set search_path = public, pg_temp
as
$$
begin
    raise exception '% of % is refused: what is recorded stays as it is', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end
$$;
revoke all on function audit_refuse() from public;

create or replace trigger stamp before insert on audit_event for each row execute function audit_event_stamp();
create or replace trigger refuse_rows before update or delete on audit_event for each row execute function audit_refuse();
create or replace trigger refuse before update or delete or truncate on audit_event execute function audit_refuse();
create or replace trigger refuse_rows before update or delete on audit_seal for each row execute function audit_refuse();
create or replace trigger refuse before update or delete or truncate on audit_seal execute function audit_refuse();
create or replace trigger refuse before update or delete or truncate on audit_head execute function audit_refuse();
create or replace trigger refuse before update or delete or truncate on audit_chain_start execute function audit_refuse();

create or replace function record_event(
    tenant_id  integer,
    cache_id   integer,
    action     text,
    outcome    text,
    reason     text,
    count      bigint,
    token_id   text,
    token_note text,
    actor      text,
    address    inet,
    request_id text,
    path       text,
    key_name   text,
    detail     jsonb,
    out event  bigint,
    out tenant text,
    out cache  text)
    language plpgsql
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
begin
    insert into audit_event (tenant_id, tenant, cache_id, cache, action, outcome, reason, count,
                             token_id, token_note, actor, address, request_id, path, key_name, detail)
    select t.id, t.name, c.id, c.name, record_event.action, record_event.outcome, record_event.reason, record_event.count,
           record_event.token_id, record_event.token_note, record_event.actor, record_event.address,
           record_event.request_id, record_event.path, record_event.key_name, record_event.detail
    from (values (1)) one
    left join cache c on c.id = record_event.cache_id
    left join tenant t on t.id = coalesce(record_event.tenant_id, c.tenant_id)
    returning audit_event.id, audit_event.tenant, audit_event.cache
    into record_event.event, record_event.tenant, record_event.cache;
end
$$;
comment on function record_event is 'Adds an event in the caller''s transaction, with the names that tenant and cache have now';
revoke all on function record_event from public;
grant execute on function record_event to ${app};
