-- Repeatable: runs again, with all others, when any migration changes: ${migrations}
-- What auditors read of retention: what goes and when, what is pinned, what went.

create view audit.pins with (security_barrier) as
select t.name as tenant, c.name as cache, p.name as pin, p.note, r.revision, r.revision = p.last_revision as newest,
       store_path_base_name(r.hash, r.name) as path, r.set_at, k.public_id as set_by, r.replaced_at, p.keep_revisions,
       p.keep_days, p.expires_at, p.protected,
       (p.expires_at is null or p.expires_at > now())
           and (r.revision > p.last_revision - p.keep_revisions
                or coalesce(r.replaced_at > now() - make_interval(days => p.keep_days), false)) as keeps
from pin p
     join pin_revision r on r.pin_id = p.id
     join cache c on c.id = p.cache_id and c.deleted_at is null
     join tenant t on t.id = c.tenant_id and t.deleted_at is null
     left join token k on k.id = r.set_by;
comment on view audit.pins is 'The pins of each cache, a row for each revision';
comment on column audit.pins.tenant is 'The tenant';
comment on column audit.pins.cache is 'The cache';
comment on column audit.pins.pin is 'Name of the pin';
comment on column audit.pins.note is 'What its maker noted about it';
comment on column audit.pins.revision is 'Number of the revision';
comment on column audit.pins.newest is 'Whether it is the one that the pin names now';
comment on column audit.pins.path is 'Base name of the store path';
comment on column audit.pins.set_at is 'When it was set';
comment on column audit.pins.set_by is 'Public id of the token that set it; null: the administrator''s token file';
comment on column audit.pins.replaced_at is 'When the next revision came; null: none has';
comment on column audit.pins.keep_revisions is 'How many of its newest revisions the pin keeps';
comment on column audit.pins.keep_days is 'Days after a newer one came that an older revision is kept beside these; null: none';
comment on column audit.pins.expires_at is 'When the pin stops keeping anything; null: never';
comment on column audit.pins.protected is 'Whether only who administers the cache may move and delete it';
comment on column audit.pins.keeps is 'Whether this revision keeps its path now, and all that this needs';

create view audit.removed_paths with (security_barrier) as
select t.name as tenant, c.name as cache, s.base_name as path, s.package, nullif(s.version, '') as version,
       r.published_at as entered_at, r.removed_at, r.reason, r.run_id as run, r.condemned_at, r.last_used as last_used_at,
       k.public_id as token_id, k.note as token_note,
       coalesce('token ' || k.public_id, case when r.published_by is null then 'administrator' else 'token' end) as brought_by,
       'sha256-' || encode(r.nar_hash, 'base64') as nar_hash, r.nar_size, r.file_size, r.refs, r.deriver, r.content_address,
       r.signatures, r.foreign_sigs as foreign_signatures
from removed_path r
     join store_path s on s.id = r.path_id
     join cache c on c.id = r.cache_id
     join tenant t on t.id = c.tenant_id
     left join token k on k.id = r.published_by;
comment on view audit.removed_paths is 'What caches held and hold no more: when it went, by which run, and what was known of it';
comment on column audit.removed_paths.tenant is 'The tenant';
comment on column audit.removed_paths.cache is 'The cache';
comment on column audit.removed_paths.path is 'Base name of the store path';
comment on column audit.removed_paths.package is 'Its package, separated from the version as Nix does it';
comment on column audit.removed_paths.version is 'Its version; null: it has none';
comment on column audit.removed_paths.entered_at is 'When it was published';
comment on column audit.removed_paths.removed_at is 'When it was removed';
comment on column audit.removed_paths.reason is
    'retention: nothing kept it; evicted: the cache was full; deleted: somebody asked for it; purged: its cache was deleted';
comment on column audit.removed_paths.run is 'The run in audit.retention_runs that removed it';
comment on column audit.removed_paths.condemned_at is
    'Since when its narinfo was hidden; null: it was offered until it was removed';
comment on column audit.removed_paths.last_used_at is 'When it was last used, to about a day';
comment on column audit.removed_paths.token_id is
    'Public id of the token that pushed it; null: the administrator''s token file';
comment on column audit.removed_paths.token_note is 'Note of that token';
comment on column audit.removed_paths.brought_by is 'Who brought it, in words: token with its id, or administrator';
comment on column audit.removed_paths.nar_hash is 'SHA-256 of the NAR, in the form that Nix writes today (SRI)';
comment on column audit.removed_paths.nar_size is 'How many bytes the NAR had';
comment on column audit.removed_paths.file_size is 'How many bytes the stored file had';
comment on column audit.removed_paths.refs is 'Base names of the paths that it referred to';
comment on column audit.removed_paths.deriver is 'The derivation that made it';
comment on column audit.removed_paths.content_address is 'Its content address; null: it had none';
comment on column audit.removed_paths.signatures is
    'Our signatures of it: for each key its name, the signature in base64, and what the signature says';
comment on column audit.removed_paths.foreign_signatures is 'Signatures of others that it was pushed with (name:base64)';

create view audit.retention_runs with (security_barrier) as
select n.id as run, t.name as tenant, c.name as cache, n.started_at, n.ended_at, n.outcome, n.error, n.dry_run, n.forced,
       n.asked, n.cutoff, n.held, n.paths, n.freed_bytes, n.shared_bytes, n.condemned, n.removed, n.revived
from retention_run n join cache c on c.id = n.cache_id join tenant t on t.id = c.tenant_id;
comment on view audit.retention_runs is 'What each run of the collector found and did';
comment on column audit.retention_runs.run is 'Number of the run';
comment on column audit.retention_runs.tenant is 'The tenant';
comment on column audit.retention_runs.cache is 'The cache';
comment on column audit.retention_runs.started_at is 'When it began';
comment on column audit.retention_runs.ended_at is 'When it ended; null: it goes on';
comment on column audit.retention_runs.outcome is
    'RUNNING, SUCCEEDED, FAILED, or HELD: it would have removed more than half of the cache, and did nothing';
comment on column audit.retention_runs.error is 'Why it failed';
comment on column audit.retention_runs.dry_run is 'Whether it only looked';
comment on column audit.retention_runs.forced is 'Whether it might remove more than half of the cache';
comment on column audit.retention_runs.asked is 'Whether somebody asked for it; false: the daily job did';
comment on column audit.retention_runs.cutoff is
    'Paths that were last used before this were not kept by their use; null: all were kept';
comment on column audit.retention_runs.held is 'How many paths the cache held';
comment on column audit.retention_runs.paths is 'How many of them nothing kept';
comment on column audit.retention_runs.freed_bytes is 'Bytes of their stored files that come free with them';
comment on column audit.retention_runs.shared_bytes is 'Bytes of their stored files that others need too';
comment on column audit.retention_runs.condemned is 'How many it hid';
comment on column audit.retention_runs.removed is 'How many it removed, also of those that were hidden earlier';
comment on column audit.retention_runs.revived is 'How many hidden ones it offered again';

create view audit.retention_plan with (security_barrier) as
select t.name as tenant, c.name as cache, store_path_base_name(p.hash, p.name) as path, p.nar_size, b.file_size,
       p.last_used as last_used_at, p.condemned_at, p.condemned_at + make_interval(days => r.grace_days) as goes_at
from uploaded_path p
     join cache c on c.id = p.cache_id and c.deleted_at is null
     join tenant t on t.id = c.tenant_id and t.deleted_at is null
     join cache_retention r on r.cache_id = c.id and r.keep_days is not null
     join blob b on b.id = p.blob_id
where p.condemned_at is not null
union all
select t.name, c.name, store_path_base_name(p.hash, p.name), p.nar_size, b.file_size, p.last_used, null,
       greatest(n.started_at + interval '1 day', now()) + make_interval(days => r.grace_days)
from retention_run n
     join retention_candidate x on x.run_id = n.id
     join uploaded_path p on p.id = x.row_id
     join cache c on c.id = n.cache_id and c.deleted_at is null
     join tenant t on t.id = c.tenant_id and t.deleted_at is null
     join cache_retention r on r.cache_id = c.id and r.keep_days is not null
     join blob b on b.id = p.blob_id
where p.condemned_at is null and p.last_used < n.cutoff;
comment on view audit.retention_plan is
    'What goes when, if nobody uses it until then: what is hidden already, and what the newest run of each cache found that'
    ' nothing keeps';
comment on column audit.retention_plan.tenant is 'The tenant';
comment on column audit.retention_plan.cache is 'The cache';
comment on column audit.retention_plan.path is 'Base name of the store path';
comment on column audit.retention_plan.nar_size is 'How many bytes its NAR has';
comment on column audit.retention_plan.file_size is 'How many bytes its stored file has; others may need the file too';
comment on column audit.retention_plan.last_used_at is 'When it was last used, to about a day';
comment on column audit.retention_plan.condemned_at is 'Since when its narinfo is hidden; null: the next daily run hides it';
comment on column audit.retention_plan.goes_at is 'When it is removed: on that day, by the daily run';
