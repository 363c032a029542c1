-- Two tenants that did the same, on different paths: what is one's names it (openssl is acme's, nginx is globex's).
-- Run by a superuser, who may leave out the trigger that refuses old events; the application seals them behind it.
insert into tenant (name) values ('acme'), ('globex');
insert into cache (tenant_id, name) select id, 'main' from tenant where name in ('acme', 'globex');
insert into token (public_id, tenant_id, secret_hash, note, scopes)
select x.id, t.id, sha256(x.id::bytea), 'CI of ' || t.name, '{push}'
  from (values ('ci7token', 'acme'), ('gx7token', 'globex')) as x(id, tenant) join tenant t on t.name = x.tenant;
-- both tokens were given to builds
insert into token_identity (token_id, tenant_id, public_id, issuer, trust, claims, repository, commit, ref, workflow, run)
select k.id, k.tenant_id, k.public_id, 'https://token.example.com', 'main', '{"sha": "c0ffee"}', k.note || '/app', 'c0ffee',
       'refs/heads/main', 'release', '77'
  from token k;
insert into signing_key (name, public_key, sealed_secret, state, active_at, cache_id)
select 'main.' || t.name || '.cache.example.com-1', sha256(t.name::bytea), 'sealed', 'ACTIVE', '2026-10-01', c.id
  from tenant t join cache c on c.tenant_id = t.id where t.name in ('acme', 'globex');
-- globex has brought a key that has the name of acme's
insert into signing_key (name, public_key, sealed_secret, state, active_at, cache_id, imported)
select 'main.acme.cache.example.com-1', sha256('brought'), 'sealed', 'ACTIVE', '2026-10-02', c.id, true
  from tenant t join cache c on c.tenant_id = t.id where t.name = 'globex';

create function pg_temp.path(number integer, name text) returns text language sql
    as $$ select store_path_base_name(substr(sha256(number::text::bytea), 1, 20), name) $$;
insert into blob (storage_key, compression, file_hash, file_size, nar_hash, nar_size, listing)
select n, 'xz', sha256(n::text::bytea), 500, sha256(('nar' || n)::bytea), 1000, ''
  from unnest(array[2, 3, 4, 12, 13, 14]) as n;
-- 2 is needed by 3, 3 by 4: acme's; 12, 13, 14: globex's
insert into uploaded_path (cache_id, hash, name, blob_id, file_name, nar_hash, nar_size, refs, foreign_sigs, published_at,
                           published_by)
select c.id, substr(sha256(x.n::text::bytea), 1, 20), x.name, b.id, x.n || '.nar', b.nar_hash, 1000,
       case when x.needs is null then array[]::text[] else array[x.needs] end, '{}', '2026-11-10', k.id
  from (values ('acme', 2, 'openssl-3.0.13', null), ('acme', 3, 'curl-8.4.0-dev', pg_temp.path(2, 'openssl-3.0.13')),
               ('acme', 4, 'acme-site-1.0', pg_temp.path(3, 'curl-8.4.0-dev')),
               ('globex', 12, 'nginx-1.24', null), ('globex', 13, 'globex-app-2', pg_temp.path(12, 'nginx-1.24')),
               ('globex', 14, 'globex-site-3', pg_temp.path(13, 'globex-app-2'))) as x(tenant, n, name, needs)
       join tenant t on t.name = x.tenant join cache c on c.tenant_id = t.id join token k on k.tenant_id = t.id
       join blob b on b.nar_hash = sha256(('nar' || x.n)::bytea);
insert into upload_signature (key_id, path_id, signature, claim)
select k.id, u.id, sha256(u.hash) || sha256(u.hash), 'received'
  from uploaded_path u join signing_key k on k.cache_id = u.cache_id;

set session_replication_role = replica;
insert into audit_event (at, tx, login, tenant_id, tenant, cache_id, cache, action, outcome, reason, count, token_id, token_note,
                         actor, address, path, key_name)
select x.at, '3', 'narthex_app', t.id, t.name, c.id, c.name, x.action, x.outcome, x.reason, x.count, k.public_id, k.note,
       'token', case t.name when 'acme' then inet '192.0.2.1' else inet '198.51.100.2' end, x.path,
       case when x.key then 'main.' || t.name || '.cache.example.com-1' end
  from (values ('acme', timestamptz '2026-11-10', 'path-published', 'ok', null, 1, pg_temp.path(2, 'openssl-3.0.13'), false),
               ('acme', '2026-11-11', 'path-published', 'ok', null, 1, pg_temp.path(9, 'gone-1'), false),
               ('acme', '2026-11-09', 'key-activated', 'ok', null, 1, null, true),
               ('acme', date_trunc('hour', now()), 'push-refused', 'refused', 'hash-mismatch', 3, null, false),
               ('acme', date_trunc('hour', now()), 'token-refused', 'refused', 'revoked', 5, null, false),
               ('globex', '2026-11-12', 'path-published', 'ok', null, 1, pg_temp.path(12, 'nginx-1.24'), false),
               ('globex', '2026-11-09', 'key-activated', 'ok', null, 1, null, true),
               ('globex', date_trunc('hour', now()), 'push-refused', 'refused', 'too-large', 2, null, false),
               ('globex', date_trunc('hour', now()), 'token-refused', 'refused', 'expired', 4, null, false))
         as x(tenant, at, action, outcome, reason, count, path, key)
       join tenant t on t.name = x.tenant join cache c on c.tenant_id = t.id join token k on k.tenant_id = t.id
 order by 1;
set session_replication_role = origin;
insert into nar_download (at, tenant_id, cache_id, path, token_id, address, bytes_sent, complete)
select now() - x.age, t.id, c.id, x.path, k.public_id,
       case t.name when 'acme' then inet '192.0.2.1' else inet '198.51.100.2' end, 1000, true
  from (values ('acme', interval '1 minute', pg_temp.path(3, 'curl-8.4.0-dev')),
               ('globex', '2 minutes', pg_temp.path(12, 'nginx-1.24'))) as x(tenant, age, path)
       join tenant t on t.name = x.tenant join cache c on c.tenant_id = t.id join token k on k.tenant_id = t.id;
select note_fetched_packages(array_agg(tenant_id), array_agg(cache_id), array_agg(path), now()) from nar_download;
insert into narinfo_hour (tenant_id, cache_id, hour, path, hits)
select tenant_id, id, date_trunc('hour', now(), 'UTC'), name || tenant_id, 7 from cache where name = 'main';
insert into narinfo_miss_hour (tenant_id, cache_id, hour, misses)
select tenant_id, id, date_trunc('hour', now(), 'UTC'), 9 from cache where name = 'main';
insert into legal_hold (tenant_id, reason) select id, name from tenant where name in ('acme', 'globex');
insert into audit_key (name, public_key, sealed_secret) values ('audit-1', sha256('audit'), 'sealed');
insert into audit_export (month, location, events, downloads, sha256) values ('2020-01-01', 'file:/x', 0, 0, sha256(''));
insert into audit_chain_start (chain, month, sequence, hash)
select id, '2020-01-01', 0, decode(repeat('00', 32), 'hex') from tenant where name in ('acme', 'globex');
insert into scrub_finding (blob_id, kind, file_hash, file_size, node) select b.id, 'wrong', b.file_hash, b.file_size, 'node-1'
  from blob b where b.id in (select u.blob_id from uploaded_path u where u.name in ('openssl-3.0.13', 'nginx-1.24'));
insert into scrub_finding_path (finding_id, tenant_id, cache_id, path)
select f.id, c.tenant_id, c.id, store_path_base_name(u.hash, u.name)
  from scrub_finding f join uploaded_path u on u.blob_id = f.blob_id join cache c on c.id = u.cache_id;

-- rules that make dark what each tenant's other paths need
insert into denial (cache_id, name, pattern, reason)
select c.id, 'bad-' || t.name, p.name, 'known hole of ' || t.name
  from (values ('acme', 'openssl-3.0.13'), ('globex', 'nginx-1.24')) as p(tenant, name)
       join tenant t on t.name = p.tenant join cache c on c.tenant_id = t.id;
insert into denied_path (denial_id, path_id)
select d.id, s.id from denial d join store_path s on substr(s.base_name, 34) = d.pattern;
insert into trust (tenant_id, name, issuer, audience, claims, scopes)
select id, 'main', 'https://token.example.com', 'https://cache.example.com/' || name, jsonb_build_object('repository', name || '/app'),
       '{push}'
  from tenant where name in ('acme', 'globex');
insert into upstream (name, url, trusted_public_keys, required, mode, allow, deny, offered_to, negative_seconds, redirect_hosts,
                      lookup_millis, connect_millis, stall_seconds)
values ('nixos', 'https://cache.example.org', '{nixos-1:AAAA}', false, 'keep', '{*}', '{}', '{*}', 60, '{}', 2000, 5000, 60);
insert into upstream_day (day, upstream_id, tenant_id, lookups)
select '2026-11-10', u.id, t.id, case t.name when 'acme' then 3 else 4 end
  from upstream u, tenant t where t.name in ('acme', 'globex');
