-- Flyway runs this at every start, after the migrations, as the owner.
select audit.set_up_roles();
-- last month too: the counts of reads are written a little later
select audit_make_partition(parent, (date_trunc('month', now() at time zone 'UTC') - interval '1 month')::date)
  from unnest(array['audit_event', 'audit_seal', 'nar_download', 'narinfo_hour', 'narinfo_miss_hour']) as parent;
select make_audit_partitions(6);
