-- Flyway runs this at every start, behind the migrations: as the owner, or as the application where that is one login.
select audit.set_up_roles();
-- the month before too: who counts reads may be a little behind
select audit_make_partition(parent, (date_trunc('month', now() at time zone 'UTC') - interval '1 month')::date)
  from unnest(array['audit_event', 'audit_seal', 'nar_download', 'narinfo_hour', 'narinfo_miss_hour']) as parent;
select make_audit_partitions(6);
