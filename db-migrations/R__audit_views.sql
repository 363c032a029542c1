-- Repeatable: runs again, with all others, when any migration changes: ${migrations}
-- What auditors read. Each view is a security barrier and shows what the policies on the tables let current_user see. Its owner
-- is narthex_audit_views, as soon as audit.set_up_roles may give it that owner.

create view audit.events with (security_barrier) as
select e.id, e.at, e.tenant_id, e.tenant, e.cache_id, e.cache, e.action, e.outcome, e.reason, e.count, e.token_id,
       e.token_note, e.actor, e.address, e.request_id, e.path, e.key_name, e.detail, e.login,
       e.tx is not null and e.login in (select w.role from audit_writer w) as stamped,
       i.repository, i.commit, i.ref, i.workflow, i.run
from audit_event e
     left join token_identity i
               on i.public_id = case when e.action = 'token-exchanged' then e.detail ->> 'token' else e.token_id end;
comment on view audit.events is
    'What was changed or refused, one row for each event; equal refusals within one minute are one row with a count';
comment on column audit.events.id is 'Number of the event; counts up in the order of writing';
comment on column audit.events.at is 'When the event was written';
comment on column audit.events.tenant_id is 'The tenant that the event is about; null: the whole server';
comment on column audit.events.tenant is 'Name of the tenant at that time';
comment on column audit.events.cache_id is 'The cache that the event is about';
comment on column audit.events.cache is 'Name of the cache at that time';
comment on column audit.events.action is 'What was done or tried, for instance path-published';
comment on column audit.events.outcome is 'ok or refused';
comment on column audit.events.reason is 'Why it was refused';
comment on column audit.events.count is 'How many equal events this row stands for';
comment on column audit.events.token_id is
    'Public id of the token; null: there was none, or it was the administrator''s token file';
comment on column audit.events.token_note is 'Note of the token at that time';
comment on column audit.events.actor is 'Who did it: token, administrator, anonymous, server, or job:name';
comment on column audit.events.address is 'Address from which the request came';
comment on column audit.events.request_id is 'Id of the request, as in the log and in the header X-Request-Id';
comment on column audit.events.path is 'Base name of the store path that the event is about';
comment on column audit.events.key_name is 'Name of the signing key that the event is about';
comment on column audit.events.detail is 'More about the event';
comment on column audit.events.login is 'The database login that wrote the event: that of the application';
comment on column audit.events.stamped is
    'Whether the application wrote it, through the trigger; false: somebody else put it in';
comment on column audit.events.repository is
    'The repository whose build did it, by the identity token that was exchanged for its token; null: it was no build';
comment on column audit.events.commit is 'The commit that was built';
comment on column audit.events.ref is 'The branch or tag that was built';
comment on column audit.events.workflow is 'The workflow that built it';
comment on column audit.events.run is 'The run of that workflow';

create view audit.downloads with (security_barrier) as
select d.at, t.name as tenant, c.name as cache, d.path, d.token_id, k.note as token_note, d.address, d.bytes_sent,
       d.complete
from nar_download d
     join cache c on c.id = d.cache_id
     join tenant t on t.id = c.tenant_id
     left join token k on k.public_id = d.token_id;
comment on view audit.downloads is 'Every NAR that was sent, in whole or in part; at most two seconds behind';
comment on column audit.downloads.at is 'When the answer ended';
comment on column audit.downloads.tenant is 'The tenant';
comment on column audit.downloads.cache is 'The cache';
comment on column audit.downloads.path is 'Base name of the store path';
comment on column audit.downloads.token_id is
    'Public id of the token; administrator: the administrator''s token file; null: anonymous';
comment on column audit.downloads.token_note is 'Note of the token';
comment on column audit.downloads.address is 'Address from which the request came';
comment on column audit.downloads.bytes_sent is 'How many bytes of the body were sent';
comment on column audit.downloads.complete is 'Whether this one answer sent all of the file; an answer to a range never does';

create view audit.narinfo_hourly with (security_barrier) as
select n.hour, t.name as tenant, c.name as cache, n.path, n.hits, 0::bigint as misses
from narinfo_hour n join cache c on c.id = n.cache_id join tenant t on t.id = c.tenant_id
union all
select m.hour, t.name, c.name, null, 0, m.misses
from narinfo_miss_hour m join cache c on c.id = m.cache_id join tenant t on t.id = c.tenant_id;
comment on view audit.narinfo_hourly is
    'How often narinfos were asked for in each hour: the hits of each path, and the misses of each cache';
comment on column audit.narinfo_hourly.hour is 'When the hour began';
comment on column audit.narinfo_hourly.tenant is 'The tenant';
comment on column audit.narinfo_hourly.cache is 'The cache';
comment on column audit.narinfo_hourly.path is 'Base name of the store path; null in the row that counts misses';
comment on column audit.narinfo_hourly.hits is 'How often it was asked for and found';
comment on column audit.narinfo_hourly.misses is 'How often a narinfo was asked for and not found';

create view audit.paths with (security_barrier) as
select t.name as tenant, c.name as cache, store_path_base_name(u.hash, u.name) as path,
       store_path_package(store_path_base_name(u.hash, u.name)) as package,
       nullif(store_path_version(store_path_base_name(u.hash, u.name)), '') as version,
       'uploaded' as origin, null as store, u.published_at as entered_at, k.public_id as token_id, k.note as token_note,
       coalesce('token ' || k.public_id, case when u.published_by is null then 'administrator' else 'token' end) as brought_by,
       'sha256-' || encode(u.nar_hash, 'base64') as nar_hash, u.nar_size, b.file_size, u.refs, u.deriver,
       u.content_address,
       array(select y.name from upload_signature s join signing_key y on y.id = s.key_id
              where s.path_id = u.id and y.cache_id = u.cache_id order by y.name) as signed_by,
       u.foreign_sigs as foreign_signatures, null::timestamptz as quarantined_at,
       i.repository, i.commit, i.ref, i.workflow, i.run
from uploaded_path u
     join cache c on c.id = u.cache_id and c.deleted_at is null
     join tenant t on t.id = c.tenant_id and t.deleted_at is null
     left join blob b on b.id = u.blob_id
     left join token k on k.id = u.published_by
     left join token_identity i on i.token_id = coalesce(u.built_by, u.published_by)
union all
select t.name, c.name, store_path_base_name(l.hash, l.name), store_path_package(store_path_base_name(l.hash, l.name)),
       nullif(store_path_version(store_path_base_name(l.hash, l.name)), ''), 'local-store', n.name, l.indexed_at, null, null,
       'local-store', 'sha256-' || encode(l.nar_hash, 'base64'), l.nar_size, null, l.refs, l.deriver, l.content_address,
       array(select y.name from path_signature s join signing_key y on y.id = s.key_id
              where s.path_id = l.id and y.cache_id = c.id order by y.name),
       case when g.foreign_sigs is null then l.foreign_sigs
            else array(select distinct s from unnest(l.foreign_sigs || g.foreign_sigs) as s order by s) end,
       l.quarantined_at, null, null, null, null, null
from local_path l
     join nix_store n on n.id = l.store_id
     join cache c on 'local-store' = any (c.sources) and c.deleted_at is null
     join tenant t on t.id = c.tenant_id and t.deleted_at is null
     left join local_signature g on g.cache_id = c.id and g.hash = l.hash;
comment on view audit.paths is 'What each cache holds now: what was pushed into it, and what the Nix store behind it holds';
comment on column audit.paths.tenant is 'The tenant';
comment on column audit.paths.cache is 'The cache';
comment on column audit.paths.path is 'Base name of the store path';
comment on column audit.paths.package is 'Its package, separated from the version as Nix does it';
comment on column audit.paths.version is 'Its version; null: it has none';
comment on column audit.paths.origin is 'uploaded or local-store';
comment on column audit.paths.store is 'Name of the Nix store that holds it; null: it was pushed';
comment on column audit.paths.entered_at is 'When it was published, or when it was first indexed';
comment on column audit.paths.token_id is
    'Public id of the token that pushed or promoted it; null: the administrator''s token file, or it was not pushed';
comment on column audit.paths.token_note is 'Note of that token';
comment on column audit.paths.brought_by is 'Who brought it, in words: token with its id, administrator, or local-store';
comment on column audit.paths.nar_hash is 'SHA-256 of the NAR, in the form that Nix writes today (SRI)';
comment on column audit.paths.nar_size is 'How many bytes the NAR has';
comment on column audit.paths.file_size is
    'How many bytes the pushed file has; null: the path is packed when somebody asks for it';
comment on column audit.paths.refs is 'Base names of the paths that it refers to';
comment on column audit.paths.deriver is 'The derivation that made it';
comment on column audit.paths.content_address is 'Its content address; null: it has none';
comment on column audit.paths.signed_by is 'Names of our keys whose signatures of it are stored';
comment on column audit.paths.foreign_signatures is
    'Signatures of others that it came with, or that were pushed into this cache for it since then (name:base64)';
comment on column audit.paths.quarantined_at is 'Since when its bytes are known to be wrong. It has not been served since';
comment on column audit.paths.repository is
    'The repository whose build pushed it, here or into the cache from which it was promoted, by the identity token that was'
    ' exchanged for its token; null: it was no build';
comment on column audit.paths.commit is 'The commit that was built';
comment on column audit.paths.ref is 'The branch or tag that was built';
comment on column audit.paths.workflow is 'The workflow that built it';
comment on column audit.paths.run is 'The run of that workflow';

create view audit.provenance with (security_barrier) as
select t.name as tenant, c.name as cache, store_path_base_name(u.hash, u.name) as path, u.published_at as pushed_at,
       i.public_id as token_id, i.trust, i.issuer, i.repository, i.commit, i.ref, i.workflow, i.run, i.claims,
       d.at as pulled_at, d.token_id as pulled_by, k.note as pulled_by_note, d.address as pulled_from
from uploaded_path u
     join token_identity i on i.token_id = coalesce(u.built_by, u.published_by)
     join cache c on c.id = u.cache_id and c.deleted_at is null
     join tenant t on t.id = c.tenant_id and t.deleted_at is null
     left join nar_download d on d.cache_id = u.cache_id and d.path = store_path_base_name(u.hash, u.name)
                              and d.at >= u.published_at and d.complete
     left join token k on k.public_id = d.token_id;
comment on view audit.provenance is
    'Which build pushed a path, and who has pulled it since: one row for each pull, or one for a path that nobody has pulled';
comment on column audit.provenance.tenant is 'The tenant';
comment on column audit.provenance.cache is 'The cache';
comment on column audit.provenance.path is 'Base name of the store path';
comment on column audit.provenance.pushed_at is 'When it was published in this cache';
comment on column audit.provenance.token_id is
    'Public id of the token that pushed it, into this cache or into that from which it was promoted';
comment on column audit.provenance.trust is 'Name of the trust by which that token was given';
comment on column audit.provenance.issuer is 'Who vouched for the build';
comment on column audit.provenance.repository is 'The repository that was built, as the issuer calls it';
comment on column audit.provenance.commit is 'The commit that was built';
comment on column audit.provenance.ref is 'The branch or tag that was built';
comment on column audit.provenance.workflow is 'The workflow that built it';
comment on column audit.provenance.run is 'The run of that workflow';
comment on column audit.provenance.claims is 'All that was checked of the build''s identity token';
comment on column audit.provenance.pulled_at is 'When a NAR of it was sent whole; null: none was';
comment on column audit.provenance.pulled_by is
    'Public id of the token that pulled it; administrator: the administrator''s token file; null: anonymous';
comment on column audit.provenance.pulled_by_note is 'Note of that token';
comment on column audit.provenance.pulled_from is 'Address from which the request came';

create view audit.trusts with (security_barrier) as
select t.name as tenant, r.name, r.issuer, r.audience, r.claims, r.allow, r.scopes, r.caches, r.ttl_seconds, r.created_at,
       r.deleted_at
from trust r join tenant t on t.id = r.tenant_id;
comment on view audit.trusts is 'Which identity tokens each tenant takes, and took, for its own';
comment on column audit.trusts.tenant is 'The tenant';
comment on column audit.trusts.name is 'Name of the trust';
comment on column audit.trusts.issuer is 'Whose identity tokens';
comment on column audit.trusts.audience is 'What they must be for';
comment on column audit.trusts.claims is 'What they must say: name of a claim to exact values or patterns';
comment on column audit.trusts.allow is 'In place of what a push requires by the kind of the issuer';
comment on column audit.trusts.scopes is 'What its tokens may do';
comment on column audit.trusts.caches is 'Names or patterns of the caches that its tokens are for; empty: all';
comment on column audit.trusts.ttl_seconds is 'How long its tokens live';
comment on column audit.trusts.created_at is 'When it was made';
comment on column audit.trusts.deleted_at is 'When it was deleted; null: it stands';

create view audit.signatures with (security_barrier) as
select k.name as key_name, t.name as tenant, c.name as cache, store_path_base_name(u.hash, u.name) as path, s.claim,
       s.signed_at, k.state as key_state, k.active_at, k.retiring_at, coalesce(k.revoked_at, k.retired_at) as signed_until
from upload_signature s
     join signing_key k on k.id = s.key_id
     join cache c on c.id = k.cache_id
     join tenant t on t.id = c.tenant_id
     join uploaded_path u on u.id = s.path_id
union all
select k.name, t.name, c.name, store_path_base_name(l.hash, l.name), s.claim, s.signed_at, k.state, k.active_at,
       k.retiring_at, coalesce(k.revoked_at, k.retired_at)
from path_signature s
     join signing_key k on k.id = s.key_id
     join cache c on c.id = k.cache_id
     join tenant t on t.id = c.tenant_id
     join local_path l on l.id = s.path_id
union all
select k.name, t.name, c.name, store_path_base_name(p.hash, p.name), s.claim, s.signed_at, k.state, k.active_at,
       k.retiring_at, coalesce(k.revoked_at, k.retired_at)
from upstream_signature s
     join signing_key k on k.id = s.key_id
     join cache c on c.id = k.cache_id
     join tenant t on t.id = c.tenant_id
     join upstream_path p on p.id = s.path_id
union all
select k.name, t.name, c.name, store_path_base_name(p.hash, p.name), s.claim, s.signed_at, k.state, k.active_at,
       k.retiring_at, coalesce(k.revoked_at, k.retired_at)
from cache_source_signature s
     join signing_key k on k.id = s.key_id
     join cache c on c.id = k.cache_id
     join tenant t on t.id = c.tenant_id
     join cache_source_path p on p.id = s.path_id;
comment on view audit.signatures is
    'Our signatures that are stored, one row for each. Those of a dead key are removed soon after it died';
comment on column audit.signatures.key_name is 'The key that made it';
comment on column audit.signatures.tenant is 'The tenant';
comment on column audit.signatures.cache is 'The cache for which the key signs';
comment on column audit.signatures.path is 'Base name of the store path';
comment on column audit.signatures.claim is
    'What the signature says: received (the bytes were hashed here), local-store (the Nix of that machine registered the'
    ' hash) or upstream-signature (a key of an upstream vouched for it, or its path follows from the hash of its NAR; the bytes were'
    ' not hashed here yet)';
comment on column audit.signatures.signed_at is 'When it was made';
comment on column audit.signatures.key_state is 'The state of the key now';
comment on column audit.signatures.active_at is 'When the key began to sign';
comment on column audit.signatures.retiring_at is 'When another key took its place; it signed on beside that one';
comment on column audit.signatures.signed_until is 'When the key was retired or revoked; null: it still signs';

create view audit.keys with (security_barrier) as
select k.name, t.name as tenant, c.name as cache, k.name || ':' || encode(k.public_key, 'base64') as public_key, k.state,
       k.imported, k.created_at, k.active_at, k.retiring_at, k.retired_at, k.revoked_at, k.revocation_reason, k.due_at,
       r.name as replaced_by
from signing_key k
     join cache c on c.id = k.cache_id
     join tenant t on t.id = c.tenant_id
     left join signing_key r on r.id = k.replaced_by;
comment on view audit.keys is 'Signing keys and what became of them, without their secrets';
comment on column audit.keys.name is 'Name of the key';
comment on column audit.keys.tenant is 'The tenant';
comment on column audit.keys.cache is 'The cache for which it signs';
comment on column audit.keys.public_key is 'The public key as trusted-public-keys takes it (name:base64)';
comment on column audit.keys.state is 'PENDING, ACTIVE, RETIRING, RETIRED or REVOKED';
comment on column audit.keys.imported is 'Whether it was made elsewhere and imported';
comment on column audit.keys.created_at is 'When it was made or imported';
comment on column audit.keys.active_at is 'When it began to sign; null: it has never signed';
comment on column audit.keys.retiring_at is 'When another key took its place; it signed on beside that one';
comment on column audit.keys.retired_at is 'When it stopped signing and its secret was destroyed';
comment on column audit.keys.revoked_at is 'When an administrator declared that it is not to be trusted';
comment on column audit.keys.revocation_reason is 'Why it was revoked, in the words of whoever revoked it';
comment on column audit.keys.due_at is 'When it becomes ACTIVE or RETIRED by itself';
comment on column audit.keys.replaced_by is 'The key that replaces it, or has replaced it';

create view audit.tokens with (security_barrier) as
select k.public_id as token_id, t.name as tenant, k.note, k.scopes, k.caches, k.created_at, m.public_id as created_by,
       k.expires_at, k.revoked_at, k.last_used_at
from token k
     left join tenant t on t.id = k.tenant_id
     left join token m on m.id = k.created_by;
comment on view audit.tokens is 'Tokens, without their secrets; rows are kept after revocation';
comment on column audit.tokens.token_id is 'The part of the token that is not secret';
comment on column audit.tokens.tenant is 'The tenant that the token is for; null: the whole server';
comment on column audit.tokens.note is 'What its maker noted about it';
comment on column audit.tokens.scopes is 'What the token may do';
comment on column audit.tokens.caches is 'Names or patterns of the caches that it is for; empty: all';
comment on column audit.tokens.created_at is 'When it was made';
comment on column audit.tokens.created_by is
    'Public id of the token by which this one was made; null: the administrator''s token file';
comment on column audit.tokens.expires_at is 'When it stops being valid; null: never';
comment on column audit.tokens.revoked_at is 'When it was revoked';
comment on column audit.tokens.last_used_at is 'When it was last used, to about a minute';

create view audit.storage_daily with (security_barrier) as
select d.day, t.name as tenant, c.name as cache, d.paths, d.nar_bytes, d.stored_bytes
from storage_daily d join cache c on c.id = d.cache_id join tenant t on t.id = c.tenant_id;
comment on view audit.storage_daily is 'How much each cache holds that was pushed into it, one row for each day';
comment on column audit.storage_daily.day is 'The day (UTC)';
comment on column audit.storage_daily.tenant is 'The tenant';
comment on column audit.storage_daily.cache is 'The cache';
comment on column audit.storage_daily.paths is 'How many paths it holds';
comment on column audit.storage_daily.nar_bytes is 'How many bytes their NARs have, unpacked';
comment on column audit.storage_daily.stored_bytes is
    'How many bytes the stored files have; a file that several paths share counts once';

create view audit.upstream_daily with (security_barrier) as
select d.day, u.name as upstream, t.name as tenant, d.lookups, d.hits, d.refused, d.fetches, d.bytes, d.failures
from upstream_day d join upstream u on u.id = d.upstream_id join tenant t on t.id = d.tenant_id;
comment on view audit.upstream_daily is 'How often each upstream was asked for a tenant''s caches, one row for each day';
comment on column audit.upstream_daily.day is 'The day (UTC)';
comment on column audit.upstream_daily.upstream is 'The upstream';
comment on column audit.upstream_daily.tenant is 'The tenant';
comment on column audit.upstream_daily.lookups is 'How many paths it was asked for';
comment on column audit.upstream_daily.hits is 'How many of them it had, with a signature that was verified';
comment on column audit.upstream_daily.refused is
    'How many of them no trusted key had signed, and how many NARs had the wrong bytes';
comment on column audit.upstream_daily.fetches is 'How many NAR files were fetched from it';
comment on column audit.upstream_daily.bytes is 'How many bytes those had';
comment on column audit.upstream_daily.failures is 'How often it gave no answer';

create view audit.scopes with (security_barrier) as
select c.id as scope, t.id as tenant_id, t.name as tenant, c.id as cache_id, c.name as cache, 'uploaded' as origin
from cache c join tenant t on t.id = c.tenant_id
where c.deleted_at is null and t.deleted_at is null
union all
select -n.id, t.id, t.name, c.id, c.name, 'local-store'
from nix_store n join cache c on 'local-store' = any (c.sources) join tenant t on t.id = c.tenant_id
where c.deleted_at is null and t.deleted_at is null;
comment on view audit.scopes is 'What each cache is made of: what was pushed into it, and the Nix stores that it serves';
comment on column audit.scopes.scope is
    'The cache''s id for what was pushed into it; the negative id of the Nix store for what that holds';
comment on column audit.scopes.tenant_id is 'The tenant''s id';
comment on column audit.scopes.tenant is 'The tenant';
comment on column audit.scopes.cache_id is 'The cache''s id';
comment on column audit.scopes.cache is 'The cache';
comment on column audit.scopes.origin is 'uploaded or local-store';

create view audit.packages with (security_barrier) as
select s.tenant, s.cache, s.origin, h.package, nullif(h.version, '') as version, h.paths, h.nar_bytes,
       f.last_at as last_fetched_at
from audit.scopes s
     join package_held h on h.scope = s.scope
     left join package_fetched f on f.tenant_id = s.tenant_id and f.cache_id = s.cache_id and f.package = h.package
          and f.version = h.version;
comment on view audit.packages is
    'The packages in each cache, by name and version, and when one was last downloaded; a few seconds behind';
comment on column audit.packages.tenant is 'The tenant';
comment on column audit.packages.cache is 'The cache';
comment on column audit.packages.origin is 'uploaded or local-store';
comment on column audit.packages.package is 'The package, separated from the version as Nix does it (builtins.parseDrvName)';
comment on column audit.packages.version is 'The version, without the name of the output; null: it has none';
comment on column audit.packages.paths is 'How many of its paths the cache holds';
comment on column audit.packages.nar_bytes is 'How many bytes their NARs have, unpacked';
comment on column audit.packages.last_fetched_at is 'When a NAR of it was last sent from this cache, to an hour; null: never';

create view audit.path_ids with (security_barrier) as
select p.id, p.base_name as path
from store_path p
where (select exists (select from audit_whole w where w.role = current_user))
   or exists (select from path_held h where h.path_id = p.id and h.scope = any (array(select s.scope from audit.scopes s)))
   or exists (select from path_edge e where e.reference = p.id and e.scope = any (array(select s.scope from audit.scopes s)))
   or exists (select from removed_path r where r.path_id = p.id)
   or exists (select from removed_edge e where e.reference = p.id and e.scope = any (array(select c.id from cache c)));
comment on view audit.path_ids is
    'Base names of the paths that are or were held or referred to, with their numbers in audit.path_edges; a few seconds behind';
comment on column audit.path_ids.id is 'Number of the path';
comment on column audit.path_ids.path is 'Base name of the store path';

create view audit.path_edges with (security_barrier) as
select e.referrer, e.reference from path_edge e
where (select exists (select from audit_whole w where w.role = current_user))
union all
select e.referrer, e.reference from path_edge e
where not (select exists (select from audit_whole w where w.role = current_user)) and e.scope = any (array(select s.scope from audit.scopes s))
union all
select e.referrer, e.reference from removed_edge e where e.scope = any (array(select c.id from cache c));
comment on view audit.path_edges is
    'Which path refers to which, or did before it was removed, by their numbers in audit.path_ids; a few seconds behind';
comment on column audit.path_edges.referrer is 'The path that refers';
comment on column audit.path_edges.reference is 'The path that it refers to';

create view audit.lag with (security_barrier) as
select 'references' as what, count(*) as waiting, min(q.queued_at) as oldest_at
from path_queue q
where q.scope in (select s.scope from audit.scopes s)
union all
select 'seals', count(*), min(e.at)
from audit_event e
where e.at > now() - interval '1 hour'
  and not exists (select from audit_seal s where s.event_id = e.id and s.event_at = e.at);
comment on view audit.lag is 'How far seals and references are behind';
comment on column audit.lag.what is 'seals or references (of closures, dependents and packages)';
comment on column audit.lag.waiting is 'How many events or paths wait';
comment on column audit.lag.oldest_at is 'Since when the oldest one waits; null: none waits';

create view audit.chains with (security_barrier) as
select x.chain, x.chain_id, s.sequence, s.hash, s.sealed_at
from (select '@server' as chain, 0 as chain_id where (select exists (select from audit_whole w where w.role = current_user))
      union all
      select case when t.deleted_at is null then t.name else '#' || t.id end, t.id from tenant t) x
     left join lateral (select s.sequence, s.hash, s.sealed_at from audit_seal s where s.chain = x.chain_id
                         order by s.sequence desc limit 1) s on true;
comment on view audit.chains is
    'The chains of seals and their heads: one for each tenant, and @server. Whoever writes a head down can check it later';
comment on column audit.chains.chain is
    'The tenant''s name, or # and the id of a deleted tenant, or @server: what audit.verify_chain takes';
comment on column audit.chains.chain_id is 'The tenant''s id; 0: @server';
comment on column audit.chains.sequence is 'Sequence of the last seal; null: there is none';
comment on column audit.chains.hash is '32 bytes: hash of the last seal';
comment on column audit.chains.sealed_at is 'When the last seal was made';

create view audit.seals with (security_barrier) as
select s.chain as chain_id, s.sequence, s.event_id, s.event_at, s.previous_hash, s.hash, s.sealed_at
from audit_seal s;
comment on view audit.seals is 'The seals of the events, by chain and sequence';
comment on column audit.seals.chain_id is 'The tenant''s id; 0: @server';
comment on column audit.seals.sequence is 'Counts 1, 2, 3 … in its chain';
comment on column audit.seals.event_id is 'The event that is sealed';
comment on column audit.seals.event_at is 'When that event was written';
comment on column audit.seals.previous_hash is '32 bytes: the hash of the seal before; zeros in the first';
comment on column audit.seals.hash is '32 bytes: SHA-256 of previous_hash followed by audit.canonical of the event, in UTF-8';
comment on column audit.seals.sealed_at is 'When the seal was made';

create view audit.heads with (security_barrier) as
select h.chain as chain_id, h.sequence, h.hash, h.at, k.name as key_name,
       k.name || ':' || encode(k.public_key, 'base64') as public_key, h.signed, h.signature
from audit_head h join audit_key k on k.id = h.key_id;
comment on view audit.heads is 'Heads: the last seals of chains, as they were signed and given out';
comment on column audit.heads.chain_id is 'The tenant''s id; 0: @server';
comment on column audit.heads.sequence is 'Sequence of the last seal at that time';
comment on column audit.heads.hash is '32 bytes: hash of the last seal at that time';
comment on column audit.heads.at is 'When it was signed';
comment on column audit.heads.key_name is 'The audit key that signed it';
comment on column audit.heads.public_key is 'Public key of that audit key (name:base64)';
comment on column audit.heads.signed is 'The text that is signed';
comment on column audit.heads.signature is '64 bytes: Ed25519 signature of the text in UTF-8';

create view audit.chain_starts with (security_barrier) as
select b.chain as chain_id, b.month, b.sequence, b.hash from audit_chain_start b;
comment on view audit.chain_starts is 'Where chains begin after months of them were exported';
comment on column audit.chain_starts.chain_id is 'The tenant''s id; 0: @server';
comment on column audit.chain_starts.month is 'First day of the exported month (UTC)';
comment on column audit.chain_starts.sequence is 'Sequence of the last seal that was exported';
comment on column audit.chain_starts.hash is '32 bytes: hash of that seal';

create view audit.exports with (security_barrier) as
select x.month, x.location, x.events, x.downloads, x.sha256, x.at from audit_export x where (select exists (select from audit_whole w where w.role = current_user));
comment on view audit.exports is
    'Months that were exported and then detached from the record; for auditors of the whole server';
comment on column audit.exports.month is 'First day of the month (UTC)';
comment on column audit.exports.location is 'Where the exported file lies: on disk or in S3';
comment on column audit.exports.events is 'How many events it holds';
comment on column audit.exports.downloads is 'How many downloads it holds';
comment on column audit.exports.sha256 is '32 bytes: SHA-256 of the file';
comment on column audit.exports.at is 'When the month was detached';

create view audit.usage with (security_barrier) as
select t.name as tenant, c.name as cache, u.paths, u.stored_bytes, u.nar_bytes, c.max_bytes,
       round(u.stored_bytes * 100.0 / c.max_bytes, 1) as percent, c.warn_at, c.when_full, u.warned_at
from cache_usage u
     join cache c on c.id = u.cache_id and c.deleted_at is null
     join tenant t on t.id = c.tenant_id and t.deleted_at is null
union all
select t.name, null,
       (select coalesce(sum(k.paths), 0)::bigint from cache_usage k where k.tenant_id = t.id), u.stored_bytes,
       (select coalesce(sum(k.nar_bytes), 0)::bigint from cache_usage k where k.tenant_id = t.id), t.max_bytes,
       round(u.stored_bytes * 100.0 / t.max_bytes, 1), t.warn_at, t.when_full, u.warned_at
from tenant_usage u join tenant t on t.id = u.tenant_id and t.deleted_at is null;
comment on view audit.usage is
    'How much caches and tenants hold, and how much they may; at most some ten seconds behind. What equal files save counts'
    ' nowhere: each cache, and each tenant, has each of its files once';
comment on column audit.usage.tenant is 'The tenant';
comment on column audit.usage.cache is 'The cache; null: the row is about the tenant as a whole';
comment on column audit.usage.paths is 'How many pushed paths it has';
comment on column audit.usage.stored_bytes is
    'Bytes of its files, also those that still wait for a narinfo, and of logs and other documents';
comment on column audit.usage.nar_bytes is 'Bytes of the NARs of its paths, unpacked';
comment on column audit.usage.max_bytes is 'How many bytes it may hold; null: any number';
comment on column audit.usage.percent is 'How much of that it holds';
comment on column audit.usage.warn_at is 'At how many percent an event warns';
comment on column audit.usage.when_full is 'What is done with a push that would pass max_bytes: refuse or evict';
comment on column audit.usage.warned_at is 'When an event said that it is nearly full; null: it is not';

create view audit.scrub_findings with (security_barrier) as
select f.found_at, f.kind, t.name as tenant, c.name as cache, p.path, 'sha256-' || encode(f.file_hash, 'base64') as file_hash,
       f.file_size, 'sha256-' || encode(f.actual_hash, 'base64') as actual_hash, f.seen_at, f.times, f.node, f.healed_at
from scrub_finding f
     left join (scrub_finding_path p join cache c on c.id = p.cache_id join tenant t on t.id = c.tenant_id)
            on p.finding_id = f.id;
comment on view audit.scrub_findings is
    'Stored files that were found wrong, gone or not to be read: one row for each path whose file it is';
comment on column audit.scrub_findings.found_at is 'When it was found';
comment on column audit.scrub_findings.kind is
    'wrong: it has another hash; missing: it is not there; unreadable: it could not be read to its end, which hides nothing';
comment on column audit.scrub_findings.tenant is 'The tenant; null: no path has this file';
comment on column audit.scrub_findings.cache is 'The cache';
comment on column audit.scrub_findings.path is 'Base name of the store path';
comment on column audit.scrub_findings.file_hash is 'The hash that the file should have';
comment on column audit.scrub_findings.file_size is 'Bytes that it should have';
comment on column audit.scrub_findings.actual_hash is 'The hash that was read; null: nothing was';
comment on column audit.scrub_findings.seen_at is 'When it was last found so';
comment on column audit.scrub_findings.times is 'How often it was found so';
comment on column audit.scrub_findings.node is 'The server that found it';
comment on column audit.scrub_findings.healed_at is 'When a good file took its place, or it was no longer needed; null: it is still so';

create view audit.denied with (security_barrier) as
select s.tenant, s.cache, d.name as rule, d.cache_id is null as by_server, d.reason, d.dependents, d.created_at, d.until,
       k.public_id as token_id, k.note as token_note, p.base_name as path
from denial d
     join denied_path x on x.denial_id = d.id
     join store_path p on p.id = x.path_id
     join path_held h on h.path_id = x.path_id
     join audit.scopes s on s.scope = h.scope and (d.cache_id is null or d.cache_id = s.cache_id)
     left join token k on k.id = d.created_by
where d.until is null or d.until > now();
comment on view audit.denied is 'The paths that caches hold and may not give out, one row for each and each rule that says so';
comment on column audit.denied.tenant is 'The tenant';
comment on column audit.denied.cache is 'The cache';
comment on column audit.denied.rule is 'Name of the rule';
comment on column audit.denied.by_server is 'Whether it is a rule of the server, and not of the cache';
comment on column audit.denied.reason is 'Why, in the words of whoever made the rule';
comment on column audit.denied.dependents is 'Whether the rule denies all that needs a denied path, too';
comment on column audit.denied.created_at is 'When the rule was made';
comment on column audit.denied.until is 'When the rule stops to count; null: never';
comment on column audit.denied.token_id is 'Public id of the token that made it; null: the administrator''s token file';
comment on column audit.denied.token_note is 'Note of that token';
comment on column audit.denied.path is 'Base name of the store path';

create view audit.legal_holds with (security_barrier) as
select t.name as tenant, null as name, null as cache, null as pin, null as path, h.since, h.reason
from legal_hold h join tenant t on t.id = h.tenant_id
union all
select t.name, n.name, c.name, n.pin, n.path, n.since, n.reason
from named_hold n join tenant t on t.id = n.tenant_id left join cache c on c.id = n.cache_id;
comment on view audit.legal_holds is
    'What must be kept: all of a tenant, its record too, where there is no name; else by a hold with a name a cache, the closure'
    ' of a pin or of a path, or all that a tenant''s caches hold';
comment on column audit.legal_holds.tenant is 'The tenant';
comment on column audit.legal_holds.name is 'Name of the hold; null: the tenant''s own, which keeps its record too';
comment on column audit.legal_holds.cache is 'The cache that is held, or in which a pin or a path is';
comment on column audit.legal_holds.pin is 'The pin whose closure is held';
comment on column audit.legal_holds.path is 'Base name of the path whose closure is held';
comment on column audit.legal_holds.since is 'When the hold was set';
comment on column audit.legal_holds.reason is 'Why, in the words of whoever set it';

grant select on all tables in schema audit to ${app};
