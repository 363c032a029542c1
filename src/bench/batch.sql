-- A closure of :paths paths in the cache :cache: path n refers to one or two that come behind it, so that it is some twenty
-- deep, and to one far behind. Run by a superuser beside a running server, which is told of each path as of a push.
\set ON_ERROR_STOP 1
set role narthex_owner;
begin;
create temporary table p on commit drop as
select x.*, store_path_base_name(x.hash, x.name) as base
  from (select n, substr(sha256(('bench ' || :cache || ' ' || n)::bytea), 1, 20) as hash, 'package-' || n || '-1.' || n % 7 as name
          from generate_series(0, :paths - 1) n) x;
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
       array(select distinct r.base from p r
              where r.n between p.n * 3 / 2 + 1 and (p.n + 1) * 3 / 2 or r.n = (p.n * 7919 + 1) % :paths and r.n > p.n
              order by 1), '{}'
  from p join b on b.storage_key = 'bench-' || :cache || '-' || p.n order by p.n;
commit;
