-- An auditor that audit.create_auditor makes finds the views as narthex_auditor does.
create or replace function audit.limit_auditor(role text) returns void
    language plpgsql
as
$$
declare
    setting text;
begin
    foreach setting in array array['default_transaction_read_only = on', 'statement_timeout = ''5min''',
                                   'idle_in_transaction_session_timeout = ''10min''', 'jit = off',
                                   'search_path = audit'] loop
        if not exists (select from pg_db_role_setting s join pg_roles r on r.oid = s.setrole
                        where s.setdatabase = 0 and r.rolname = limit_auditor.role
                          and exists (select from unnest(s.setconfig) as c where c like split_part(setting, ' ', 1) || '=%')) then
            execute format('alter role %I set ', role) || setting;
        end if;
    end loop;
end
$$;
