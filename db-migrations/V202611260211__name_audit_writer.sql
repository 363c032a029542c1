-- Flyway replaces no placeholder that stands behind a dollar sign, so that the application was not named as a writer of
-- events and could write none.
insert into audit_writer (role)
select rolname from pg_roles where quote_ident(rolname) = '${app}' or '"' || replace(rolname, '"', '""') || '"' = '${app}'
on conflict do nothing;
insert into audit_auditor (role) select role from audit_writer on conflict do nothing;
