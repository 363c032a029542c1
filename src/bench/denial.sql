-- :paths paths in the cache :cache that all need its first one, directly or over up to 17 others. Run by a superuser beside a running
-- server.
\set ON_ERROR_STOP 1
set role narthex_owner;
begin;
create temporary table p on commit drop as
select x.*, store_path_base_name(x.hash, x.name) as base
  from (select n, substr(sha256(('denial ' || :cache || ' ' || n)::bytea), 1, 20) as hash,
               case n when 0 then 'needed-' || :cache else 'package-' || n || '-1.' || n % 7 end as name
          from generate_series(0, :paths) n) x;
create unique index on p (n);
analyze p;
create temporary table b (id bigint, storage_key text primary key) on commit drop;
with made as (
insert into blob (storage_key, compression, file_hash, file_size, nar_hash, nar_size, listing)
select 'bench-' || :cache || '-' || n, 'zstd', sha256(base::bytea), 1000, sha256(base::bytea), 5000, '' from p order by n
returning id, storage_key)
insert into b select id, storage_key from made;
analyze b;
insert into uploaded_path (cache_id, hash, name, blob_id, file_name, nar_hash, nar_size, refs, foreign_sigs)
select :cache, p.hash, p.name, b.id, store_path_base_name(p.hash, 'x') || '.nar.zst', sha256(p.base::bytea), 5000,
       array(select r.base from p r where p.n > 0 and r.n = (p.n - 1) / 2), '{}'
  from p join b on b.storage_key = 'bench-' || :cache || '-' || p.n order by p.n;
commit;
