-- Around the record of two tenants (audit/record.sql): the months that it is of, and what the application makes of it. Run by a
-- superuser.
set role narthex_owner;
select audit_make_partition(p, m::date)
  from unnest(array['audit_event', 'audit_seal', 'nar_download']) p, unnest(array['2026-10-01', '2026-11-01']) m;
reset role;
-- record.sql
set session authorization narthex_app;
select seal_audit_events(100);
select fill_path_edges(100);
select snapshot_storage();
insert into audit_head (chain, sequence, hash, key_id, signed, signature)
select h.chain, h.sequence, h.hash, 1, h.name, h.hash || h.hash from audit_heads_now() h;
reset session authorization;
select audit.create_auditor('upgrade_auditor', 'acme');
