-- What each of the two tenants of record.sql keeps, and has let go: its site went once, came back, and may go again. Run by a
-- superuser once the references are known.
insert into cache_retention (cache_id, tenant_id, keep_days)
select c.id, c.tenant_id, 60 from cache c join tenant t on t.id = c.tenant_id where t.name in ('acme', 'globex');
insert into pin (tenant_id, cache_id, name, note, last_revision)
select c.tenant_id, c.id, 'production', 'of ' || t.name, 1
  from cache c join tenant t on t.id = c.tenant_id where t.name in ('acme', 'globex');
insert into pin_revision (pin_id, revision, hash, name, set_by)
select p.id, 1, u.hash, u.name, u.published_by
  from pin p join uploaded_path u on u.cache_id = p.cache_id and u.name in ('openssl-3.0.13', 'nginx-1.24');
insert into retention_run (tenant_id, cache_id, dry_run, asked, ended_at, outcome, step, cutoff, held, paths, freed_bytes)
select c.tenant_id, c.id, true, true, now(), 'SUCCEEDED', 'PLAN', now() + interval '1 day', 3, 1, 500 + c.tenant_id
  from cache c join tenant t on t.id = c.tenant_id where t.name in ('acme', 'globex');
insert into retention_candidate (run_id, row_id, path_id)
select n.id, u.id, h.path_id
  from retention_run n join uploaded_path u on u.cache_id = n.cache_id join path_held h on h.row_id = u.id
 where u.name in ('acme-site-1.0', 'globex-site-3');
insert into removed_path (tenant_id, cache_id, path_id, nar_hash, nar_size, file_hash, file_size, refs, foreign_sigs, signatures,
                          published_at, published_by, last_used, condemned_at, run_id, reason)
select n.tenant_id, n.cache_id, x.path_id, u.nar_hash, 1000, u.nar_hash, 500, u.refs, '{}', '[]', '2026-10-01', u.published_by,
       '2026-10-02', '2026-10-30', n.id, 'retention'
  from retention_candidate x join retention_run n on n.id = x.run_id join uploaded_path u on u.id = x.row_id;
