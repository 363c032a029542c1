-- A record of :events events, as many downloads, and :paths paths in ten caches of five tenants, with the names that the
-- queries of src/docs/audit.md ask for. Run by a superuser in a migrated database that holds nothing else.
\set ON_ERROR_STOP 1
set synchronous_commit = off;
set maintenance_work_mem = '1GB';
set work_mem = '256MB';
set role narthex_owner;
select count(audit_make_partition(p, (date_trunc('month', now()) - make_interval(months => m))::date))
  from unnest(array['audit_event', 'audit_seal', 'nar_download', 'narinfo_hour', 'narinfo_miss_hour']) p, generate_series(0, 12) m;
reset role;
set session_replication_role = replica;

insert into tenant (name) select case i when 1 then 'acme' else 'tenant-' || i end from generate_series(1, 5) i;
insert into cache (tenant_id, name) select t.id, n from tenant t, unnest(array['main', 'test']) n where t.name <> 'default';
insert into token (public_id, tenant_id, secret_hash, note, scopes)
select case when t.name = 'acme' and i = 7 then 'ci7token' else 'token' || t.id || 'x' || i end, t.id,
       sha256((t.id || '-' || i)::bytea), 'token ' || i, '{push}'
  from tenant t, generate_series(1, 20) i where t.name <> 'default';
insert into signing_key (name, public_key, sealed_secret, state, active_at, cache_id)
select c.name || '.' || t.name || '.cache.example.com-1', sha256(c.id::text::bytea), 'sealed', 'ACTIVE', now() - interval '1 year', c.id
  from cache c join tenant t on t.id = c.tenant_id where t.name <> 'default';

-- Path n is in cache n % 10. Everything needs the first of its cache; a hundredth of its paths needs openssl, which is acme's, directly.
create temporary table c as select row_number() over (order by id) - 1 as i, id, tenant_id from cache where name in ('main', 'test');
-- each version five times: the outputs of a package, and what a mass rebuild makes of it
create temporary table p as
select n, c.id as cache_id, case when n = 500 then substr(sha256('2'), 1, 20) else substr(sha256(('p' || n)::bytea), 1, 20) end as hash,
       case when n = 500 then 'openssl-3.0.13' else 'package' || n % (:paths / 20) || '-1.' || n / (:paths / 20) % 4 end as name
  from generate_series(0, :paths - 1) n join c on c.i = n % 10;
alter table p add column base text;
update p set base = store_path_base_name(hash, name);
create unique index on p (n);
analyze p;
insert into blob (storage_key, compression, file_hash, file_size, nar_hash, nar_size, listing)
select 'b' || n, 'xz', sha256(base::bytea), 1000 + n % 1000, sha256(base::bytea), 5000 + n % 1000, '' from p;
create temporary table e as
select distinct p.n as referrer, x.reference
  from p cross join lateral (
       select p.n % 10 as reference
       union all
       select p.n % 10 + 10 * floor(pow(random(), 3) * (p.n / 10))::integer from generate_series(1, 9)
       union all
       select 500 where p.n % 10 = 0 and p.n % 1000 = 0 and p.n > 500) x
 where x.reference < p.n;
create index on e (referrer);
analyze e;
insert into uploaded_path (cache_id, hash, name, blob_id, file_name, nar_hash, nar_size, refs, foreign_sigs, published_at, published_by)
select p.cache_id, p.hash, p.name, p.n + (select min(id) from blob), p.n || '.nar', sha256(p.base::bytea), 5000 + p.n % 1000,
       array(select r.base from e join p r on r.n = e.reference where e.referrer = p.n order by 1), '{}',
       now() - interval '1 year' * (1 - p.n::float / :paths), (select min(k.id) from token k join c on c.tenant_id = k.tenant_id where c.id = p.cache_id)
  from p order by p.n;
insert into upload_signature (key_id, path_id, signature, claim)
select k.id, u.id, sha256(u.hash) || sha256(u.nar_hash), 'received' from uploaded_path u join signing_key k on k.cache_id = u.cache_id;
insert into store_path (base_name) select base from p order by n;
insert into path_held (scope, path_id, nar_size) select cache_id, s.id, 5000 from p join store_path s on s.base_name = p.base;
insert into path_edge (referrer, scope, reference)
select f.id, p.cache_id, t.id from e join p on p.n = e.referrer join store_path f on f.base_name = p.base
  join p r on r.n = e.reference join store_path t on t.base_name = r.base;
insert into package_held (scope, package, version, paths, nar_bytes)
select h.scope, s.package, s.version, count(*), sum(h.nar_size) from path_held h join store_path s on s.id = h.path_id group by 1, 2, 3;

insert into audit_event (at, tx, login, tenant_id, tenant, cache_id, cache, action, outcome, reason, token_id, token_note, actor, address, path)
select now() - interval '1 year' * (1 - g.i::float / :events), '3', 'narthex_app', c.tenant_id, t.name, c.id, k.name,
       case when g.i % 200 = 0 then 'token-refused' when g.i % 100 = 0 then 'push-refused' else 'path-published' end,
       case when g.i % 100 = 0 then 'refused' else 'ok' end, case when g.i % 100 = 0 then 'reason-' || g.i % 3 end,
       -- ci7token did a ten-thousandth
       case when c.i = 0 and g.i % 1000 = 0 then 'ci7token' else 'token' || c.tenant_id || 'x' || g.i % 20 end, 'token', 'token',
       '10.0.0.0'::inet + g.i % 5000, p.base
  from generate_series(1, :events) g(i) join c on c.i = g.i / 7 % 10 join tenant t on t.id = c.tenant_id join cache k on k.id = c.id
  join p on p.n = (hashint8(g.i)::bigint & 2147483647) % :paths;
insert into nar_download (at, tenant_id, cache_id, path, token_id, address, bytes_sent, complete)
select now() - interval '1 year' * (1 - g.i::float / :events), c.tenant_id, c.id, p.base,
       case when c.i = 0 and g.i % 1000 = 0 then 'ci7token' when g.i % 2 = 0 then 'token' || c.tenant_id || 'x' || g.i % 20 end,
       '10.0.0.0'::inet + g.i % 5000, 5000, true
  from generate_series(1, :events) g(i) join p on p.n = (hashint8(g.i)::bigint & 2147483647) % :paths
  join c on c.id = p.cache_id;
insert into package_fetched (tenant_id, cache_id, package, version, last_at)
select c.tenant_id, h.scope, h.package, h.version, now() - interval '180 days' * random()
  from package_held h join c on c.id = h.scope where random() < 0.8;
insert into storage_daily (day, tenant_id, cache_id, paths, nar_bytes, stored_bytes)
select current_date - d, c.tenant_id, c.id, 1000, 1000000, 500000 from c, generate_series(0, 730) d;
set session_replication_role = origin;
vacuum analyze;
