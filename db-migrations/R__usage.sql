-- Repeatable: runs again, with all others, when any migration changes: ${migrations}
-- Counts what caches and tenants hold, for their quotas. Whatever writes the tables of what was pushed adds to the ledger by
-- these triggers, in its own transaction; so nobody can forget to.

create or replace function ledger_paths_added() returns trigger
    language plpgsql
    set search_path = public, pg_temp
as
$$
begin
    insert into usage_ledger (tenant_id, cache_id, file_hash, bytes, files, paths, nar_bytes)
    select c.tenant_id, n.cache_id, b.file_hash, b.file_size, 1, 1, n.nar_size
    from added n join blob b on b.id = n.blob_id join cache c on c.id = n.cache_id;
    return null;
end
$$;
comment on function ledger_paths_added is 'Counts paths that were published';

create or replace function ledger_paths_removed() returns trigger
    language plpgsql
    set search_path = public, pg_temp
as
$$
begin
    insert into usage_ledger (tenant_id, cache_id, file_hash, bytes, files, paths, nar_bytes)
    select c.tenant_id, o.cache_id, b.file_hash, b.file_size, -1, -1, -o.nar_size
    from removed o join blob b on b.id = o.blob_id join cache c on c.id = o.cache_id;
    return null;
end
$$;
comment on function ledger_paths_removed is 'Counts paths that were removed';

create or replace function ledger_files_added() returns trigger
    language plpgsql
    set search_path = public, pg_temp
as
$$
begin
    insert into usage_ledger (tenant_id, cache_id, file_hash, bytes, files)
    select c.tenant_id, n.cache_id, b.file_hash, b.file_size, 1
    from added n join blob b on b.id = n.blob_id join cache c on c.id = n.cache_id;
    return null;
end
$$;
comment on function ledger_files_added is 'Counts files that wait for a narinfo, and further files of paths';

create or replace function ledger_files_removed() returns trigger
    language plpgsql
    set search_path = public, pg_temp
as
$$
begin
    insert into usage_ledger (tenant_id, cache_id, file_hash, bytes, files)
    select c.tenant_id, o.cache_id, b.file_hash, b.file_size, -1
    from removed o join blob b on b.id = o.blob_id join cache c on c.id = o.cache_id;
    return null;
end
$$;
comment on function ledger_files_removed is 'Counts files that nobody waits for any more';

-- Equal files are merged by the thousand, which changes nothing here.
create or replace function ledger_file_exchanged() returns trigger
    language plpgsql
    set search_path = public, pg_temp
as
$$
begin
    insert into usage_ledger (tenant_id, cache_id, file_hash, bytes, files)
    select c.tenant_id, c.id, b.file_hash, b.file_size, case b.id when new.blob_id then 1 else -1 end
    from blob b cross join cache c
    where c.id = new.cache_id and b.id in (old.blob_id, new.blob_id)
      and (select count(distinct x.file_hash) from blob x where x.id in (old.blob_id, new.blob_id)) > 1;
    return null;
end
$$;
comment on function ledger_file_exchanged is 'Counts a file that took the place of another';

create or replace function ledger_documents_added() returns trigger
    language plpgsql
    set search_path = public, pg_temp
as
$$
begin
    insert into usage_ledger (tenant_id, cache_id, bytes)
    select c.tenant_id, n.cache_id, sum(octet_length(n.content))
    from added n join cache c on c.id = n.cache_id
    group by c.tenant_id, n.cache_id;
    return null;
end
$$;
comment on function ledger_documents_added is 'Counts logs, realisations and debug information that were kept';

create or replace function ledger_documents_removed() returns trigger
    language plpgsql
    set search_path = public, pg_temp
as
$$
begin
    insert into usage_ledger (tenant_id, cache_id, bytes)
    select c.tenant_id, o.cache_id, -sum(octet_length(o.content))
    from removed o join cache c on c.id = o.cache_id
    group by c.tenant_id, o.cache_id;
    return null;
end
$$;
comment on function ledger_documents_removed is 'Counts documents that were removed';

create or replace function ledger_document_exchanged() returns trigger
    language plpgsql
    set search_path = public, pg_temp
as
$$
begin
    insert into usage_ledger (tenant_id, cache_id, bytes)
    select c.tenant_id, c.id, octet_length(new.content) - octet_length(old.content)
    from cache c where c.id = new.cache_id;
    return null;
end
$$;
comment on function ledger_document_exchanged is 'Counts a document that took the place of another';

create or replace trigger uploaded_path_added after insert on uploaded_path
    referencing new table as added for each statement execute function ledger_paths_added();
create or replace trigger uploaded_path_removed after delete on uploaded_path
    referencing old table as removed for each statement execute function ledger_paths_removed();
create or replace trigger uploaded_path_exchanged after update of blob_id on uploaded_path
    for each row when (old.blob_id <> new.blob_id) execute function ledger_file_exchanged();
create or replace trigger staged_nar_added after insert on staged_nar
    referencing new table as added for each statement execute function ledger_files_added();
create or replace trigger staged_nar_removed after delete on staged_nar
    referencing old table as removed for each statement execute function ledger_files_removed();
create or replace trigger staged_nar_exchanged after update of blob_id on staged_nar
    for each row when (old.blob_id <> new.blob_id) execute function ledger_file_exchanged();
create or replace trigger further_file_added after insert on further_file
    referencing new table as added for each statement execute function ledger_files_added();
create or replace trigger further_file_removed after delete on further_file
    referencing old table as removed for each statement execute function ledger_files_removed();
create or replace trigger further_file_exchanged after update of blob_id on further_file
    for each row when (old.blob_id <> new.blob_id) execute function ledger_file_exchanged();
create or replace trigger uploaded_document_added after insert on uploaded_document
    referencing new table as added for each statement execute function ledger_documents_added();
create or replace trigger uploaded_document_removed after delete on uploaded_document
    referencing old table as removed for each statement execute function ledger_documents_removed();
create or replace trigger uploaded_document_exchanged after update of content on uploaded_document
    for each row execute function ledger_document_exchanged();

-- What an upstream has counts while pushed paths refer to it, and not before.
create or replace function ledger_held_file() returns trigger
    language plpgsql
    set search_path = public, pg_temp
as
$$
begin
    insert into usage_ledger (tenant_id, cache_id, file_hash, bytes, files)
    select c.tenant_id, c.id, b.file_hash, b.file_size, x.files
    from (values (old.blob_id, old.held_at, -1), (new.blob_id, new.held_at, 1)) as x(blob, held_at, files)
         join blob b on b.id = x.blob join cache c on c.id = coalesce(new.cache_id, old.cache_id)
    where x.held_at is not null;
    return null;
end
$$;
comment on function ledger_held_file is 'Counts files of upstreams that pushed paths refer to';
create or replace trigger upstream_path_held after update of blob_id, held_at on upstream_path
    for each row when ((old.blob_id, old.held_at is not null) is distinct from (new.blob_id, new.held_at is not null)
                       and (old.held_at is not null or new.held_at is not null))
    execute function ledger_held_file();
create or replace trigger upstream_path_held_removed after delete on upstream_path
    for each row when (old.held_at is not null and old.blob_id is not null) execute function ledger_held_file();

create or replace function counted_bytes(file_hash bytea, bytes numeric, refs numeric, more numeric) returns numeric
    language sql
    immutable
as
$$
    select case when file_hash is null then bytes
                when refs <= 0 and refs + more > 0 then bytes
                when refs > 0 and refs + more <= 0 then -bytes
                else 0 end
$$;
comment on function counted_bytes is
    'By how many bytes a count changes when so many more rows refer to a file; bytes without a file count as they are';

-- What is counted and what the ledger adds to it, in one snapshot: exact at every moment.
-- Because of offset 0 each file is looked up by its hash: of a cache that was empty just now PostgreSQL thinks that it holds one file.
create or replace function usage_of_cache(tenant integer, cache integer, out paths bigint, out stored_bytes bigint,
                                          out nar_bytes bigint)
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    with pending as (
        select l.file_hash, case when l.file_hash is null then sum(l.bytes) else max(l.bytes) end as bytes,
               sum(l.files) as files, sum(l.paths) as paths, sum(l.nar_bytes) as nar_bytes
        from usage_ledger l
        where l.tenant_id = usage_of_cache.tenant and l.cache_id = usage_of_cache.cache
        group by l.file_hash),
    judged as (
        select p.*, coalesce(h.refs, 0) as before
        from pending p
             left join lateral (select x.refs from held_file x
                                 where x.cache_id = usage_of_cache.cache and x.file_hash = p.file_hash offset 0) h on true),
    counted as (select * from cache_usage u where u.cache_id = usage_of_cache.cache)
    select coalesce((select u.paths from counted u), 0) + coalesce(sum(j.paths), 0)::bigint,
           coalesce((select u.stored_bytes from counted u), 0)
               + coalesce(sum(counted_bytes(j.file_hash, j.bytes, j.before, j.files)), 0)::bigint,
           coalesce((select u.nar_bytes from counted u), 0) + coalesce(sum(j.nar_bytes), 0)::bigint
    from judged j
$$;

create or replace function usage_of_tenant(tenant integer, out paths bigint, out stored_bytes bigint, out nar_bytes bigint)
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    with pending as (
        select l.file_hash, case when l.file_hash is null then sum(l.bytes) else max(l.bytes) end as bytes,
               sum(l.files) as files, sum(l.paths) as paths, sum(l.nar_bytes) as nar_bytes
        from usage_ledger l
        where l.tenant_id = usage_of_tenant.tenant
        group by l.file_hash),
    judged as (
        select p.*, coalesce((select sum(h.refs) from held_file h
                              where h.tenant_id = usage_of_tenant.tenant and h.file_hash = p.file_hash), 0) as before
        from pending p),
    caches as (select sum(u.paths) as paths, sum(u.nar_bytes) as nar_bytes
               from cache_usage u where u.tenant_id = usage_of_tenant.tenant)
    select coalesce((select c.paths from caches c), 0)::bigint + coalesce(sum(j.paths), 0)::bigint,
           coalesce((select u.stored_bytes from tenant_usage u where u.tenant_id = usage_of_tenant.tenant), 0)
               + coalesce(sum(counted_bytes(j.file_hash, j.bytes, j.before, j.files)), 0)::bigint,
           coalesce((select c.nar_bytes from caches c), 0)::bigint + coalesce(sum(j.nar_bytes), 0)::bigint
    from judged j
$$;

comment on function usage_of_cache is 'How much a cache holds now';
comment on function usage_of_tenant is 'How much a tenant holds now';

create or replace function fold_usage(most integer) returns integer
    language sql
    set search_path = public, pg_temp
as
$$
    with gone as (
        delete from usage_ledger
        where id in (select l.id from usage_ledger l order by l.id limit fold_usage.most)
        returning tenant_id, cache_id, file_hash, bytes, files, paths, nar_bytes),
    summed as (
        select g.tenant_id, g.cache_id, g.file_hash,
               case when g.file_hash is null then sum(g.bytes) else max(g.bytes) end as bytes,
               sum(g.files) as files, sum(g.paths) as paths, sum(g.nar_bytes) as nar_bytes
        from gone g
        group by g.tenant_id, g.cache_id, g.file_hash),
    in_cache as (
        select s.*, coalesce(h.refs, 0) as before
        from summed s left join held_file h on h.cache_id = s.cache_id and h.file_hash = s.file_hash),
    in_tenant as (
        select s.tenant_id, s.file_hash, s.bytes, s.files,
               coalesce((select sum(h.refs) from held_file h
                         where h.tenant_id = s.tenant_id and h.file_hash = s.file_hash), 0) as before
        from (select x.tenant_id, x.file_hash,
                     case when x.file_hash is null then sum(x.bytes) else max(x.bytes) end as bytes,
                     sum(x.files) as files
              from summed x group by x.tenant_id, x.file_hash) s),
    held as (
        insert into held_file (tenant_id, cache_id, file_hash, bytes, refs)
        select i.tenant_id, i.cache_id, i.file_hash, i.bytes, i.before + i.files
        from in_cache i where i.file_hash is not null and i.before + i.files <> 0
        on conflict on constraint held_file_pk do update set refs = excluded.refs),
    let_go as (
        delete from held_file h using in_cache i
        where h.cache_id = i.cache_id and h.file_hash = i.file_hash and i.before + i.files = 0),
    caches as (
        insert into cache_usage as u (cache_id, tenant_id, paths, stored_bytes, nar_bytes)
        select i.cache_id, i.tenant_id, sum(i.paths), sum(counted_bytes(i.file_hash, i.bytes, i.before, i.files)),
               sum(i.nar_bytes)
        from in_cache i group by i.cache_id, i.tenant_id
        on conflict on constraint cache_usage_pk do update
            set paths = u.paths + excluded.paths, stored_bytes = u.stored_bytes + excluded.stored_bytes,
                nar_bytes = u.nar_bytes + excluded.nar_bytes),
    tenants as (
        insert into tenant_usage as u (tenant_id, stored_bytes)
        select i.tenant_id, sum(counted_bytes(i.file_hash, i.bytes, i.before, i.files))
        from in_tenant i group by i.tenant_id
        on conflict on constraint tenant_usage_pk do update
            set stored_bytes = u.stored_bytes + excluded.stored_bytes)
    select count(*)::integer from gone
$$;
comment on function fold_usage is
    'Adds so many rows of the ledger at most to the counts and removes them; gives how many. Only one may run at a time';

-- Says what changed, once: the counts remember that it was said.
create or replace function quota_warnings()
    returns table (tenant_id integer, cache_id integer, stored_bytes bigint, max_bytes bigint, warn_at integer)
    language plpgsql
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
begin
    update cache_usage u set warned_at = null from cache c
    where c.id = u.cache_id and u.warned_at is not null
      and (c.max_bytes is null or u.stored_bytes * 100.0 < c.max_bytes * c.warn_at::numeric);
    update tenant_usage u set warned_at = null from tenant t
    where t.id = u.tenant_id and u.warned_at is not null
      and (t.max_bytes is null or u.stored_bytes * 100.0 < t.max_bytes * t.warn_at::numeric);
    return query
        with caches as (
            update cache_usage u set warned_at = now() from cache c
            where c.id = u.cache_id and c.deleted_at is null and u.warned_at is null
              and u.stored_bytes * 100.0 >= c.max_bytes * c.warn_at::numeric
            returning c.tenant_id, c.id as cache_id, u.stored_bytes, c.max_bytes, c.warn_at),
        tenants as (
            update tenant_usage u set warned_at = now() from tenant t
            where t.id = u.tenant_id and t.deleted_at is null and u.warned_at is null
              and u.stored_bytes * 100.0 >= t.max_bytes * t.warn_at::numeric
            returning t.id as tenant_id, null::integer as cache_id, u.stored_bytes, t.max_bytes, t.warn_at)
        select * from caches union all select * from tenants;
end
$$;
comment on function quota_warnings is 'Quotas that became as full as warn_at says since it was last asked';

-- The corrections are rows of the ledger like all others: no push waits, and none that comes meanwhile is lost.
create or replace function prove_usage(cache integer) returns bigint
    language sql
    set search_path = public, pg_temp
as
$$
    with owner as (select c.tenant_id from cache c where c.id = prove_usage.cache),
    actual as (
        select b.file_hash, max(b.file_size) as bytes, count(*) as files, sum(x.paths) as paths, sum(x.nar_bytes) as nar_bytes
        from (select p.blob_id, 1 as paths, p.nar_size as nar_bytes from uploaded_path p where p.cache_id = prove_usage.cache
              union all select s.blob_id, 0, 0 from staged_nar s where s.cache_id = prove_usage.cache
              union all select u.blob_id, 0, 0 from upstream_path u
                        where u.cache_id = prove_usage.cache and u.held_at is not null and u.blob_id is not null
              union all select f.blob_id, 0, 0 from further_file f where f.cache_id = prove_usage.cache) x
             join blob b on b.id = x.blob_id
        group by b.file_hash),
    counted as (
        select y.file_hash, max(y.bytes) as bytes, sum(y.files) as files
        from (select h.file_hash, h.bytes, h.refs as files from held_file h where h.cache_id = prove_usage.cache
              union all
              select l.file_hash, l.bytes, l.files from usage_ledger l
              where l.tenant_id = (select o.tenant_id from owner o) and l.cache_id = prove_usage.cache
                and l.file_hash is not null) y
        group by y.file_hash),
    files as (
        select file_hash, coalesce(a.bytes, k.bytes) as bytes, coalesce(a.files, 0) - coalesce(k.files, 0) as files
        from actual a full join counted k using (file_hash)
        where coalesce(a.files, 0) <> coalesce(k.files, 0)),
    said as (select * from usage_of_cache((select o.tenant_id from owner o), prove_usage.cache)),
    -- what the files hold by the rows that count them, apart from what is wrong in those
    documents as (select coalesce(sum(octet_length(d.content)), 0) as bytes
                  from uploaded_document d where d.cache_id = prove_usage.cache),
    rest as (
        select coalesce((select sum(a.paths) from actual a), 0) - s.paths as paths,
               coalesce((select sum(a.nar_bytes) from actual a), 0) - s.nar_bytes as nar_bytes,
               (select bytes from documents) + coalesce((select sum(k.bytes) from counted k where k.files > 0), 0)
                   - s.stored_bytes as bytes
        from said s),
    corrected as (
        insert into usage_ledger (tenant_id, cache_id, file_hash, bytes, files, paths, nar_bytes)
        select o.tenant_id, prove_usage.cache, f.file_hash, f.bytes, f.files, 0, 0 from files f cross join owner o
        union all
        select o.tenant_id, prove_usage.cache, null, r.bytes, 0, r.paths, r.nar_bytes
        from rest r cross join owner o where r.bytes <> 0 or r.paths <> 0 or r.nar_bytes <> 0
        returning 1)
    select count(*) from corrected
$$;
comment on function prove_usage is
    'Counts what a cache holds anew, from the rows themselves, and puts right what was counted otherwise; gives how many'
    ' differences there were';

-- Documents are counted in the caches alone, and files once in the tenant.
create or replace function prove_tenant_usage() returns bigint
    language sql
    set search_path = public, pg_temp
as
$$
    with files as (
        select d.tenant_id, sum(d.bytes) as bytes
        from (select h.tenant_id, h.file_hash, max(h.bytes) as bytes from held_file h
              group by h.tenant_id, h.file_hash having sum(h.refs) > 0) d
        group by d.tenant_id),
    in_caches as (select h.tenant_id, sum(h.bytes) as bytes from held_file h where h.refs > 0 group by h.tenant_id),
    caches as (select u.tenant_id, sum(u.stored_bytes) as bytes from cache_usage u group by u.tenant_id),
    expected as (
        select c.tenant_id, c.bytes - coalesce(i.bytes, 0) + coalesce(f.bytes, 0) as bytes
        from caches c left join files f using (tenant_id) left join in_caches i using (tenant_id)),
    corrected as (
        update tenant_usage u set stored_bytes = e.bytes from expected e
        where e.tenant_id = u.tenant_id and e.bytes <> u.stored_bytes returning 1)
    select count(*) from corrected
$$;
comment on function prove_tenant_usage is
    'Adds up anew what tenants hold, from the counts of their caches; gives how many were wrong. Not beside fold_usage';

-- What is reserved is added before it is asked what there is, under a lock that lasts for these few statements: two that
-- reserve at the same moment see each other. No push holds it while its bytes come.
create or replace function reserve_quota(node uuid, tenant integer, cache integer, wanted bigint, spare bigint,
                                         out granted bigint, out of_cache boolean, out used bigint, out most bigint)
    language plpgsql
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
declare
    cache_most  bigint;
    tenant_most bigint;
    cache_used  bigint;
    tenant_used bigint;
    room        bigint;
begin
    perform pg_advisory_xact_lock(hashtextextended('quota ' || reserve_quota.tenant, 0));
    select c.max_bytes, t.max_bytes into cache_most, tenant_most
    from cache c join tenant t on t.id = c.tenant_id where c.id = reserve_quota.cache;
    if cache_most is null and tenant_most is null then
        delete from quota_grant g where g.node_id = reserve_quota.node and g.cache_id = reserve_quota.cache;
        granted := -1;
        return;
    end if;
    if cache_most is not null then
        select u.stored_bytes + coalesce((select sum(g.bytes) from quota_grant g
                                          where g.tenant_id = reserve_quota.tenant and g.cache_id = reserve_quota.cache
                                            and g.node_id <> reserve_quota.node), 0) into cache_used
        from usage_of_cache(reserve_quota.tenant, reserve_quota.cache) u;
    end if;
    if tenant_most is not null then
        select u.stored_bytes + coalesce((select sum(g.bytes) from quota_grant g
                                          where g.tenant_id = reserve_quota.tenant
                                            and (g.cache_id <> reserve_quota.cache or g.node_id <> reserve_quota.node)), 0)
          into tenant_used
        from usage_of_tenant(reserve_quota.tenant) u;
    end if;
    room := least(cache_most - cache_used, tenant_most - tenant_used);
    if reserve_quota.wanted > room then
        of_cache := cache_most is not null and cache_most - cache_used <= room;
        used := case when of_cache then cache_used else tenant_used end;
        most := case when of_cache then cache_most else tenant_most end;
        return;
    end if;
    granted := reserve_quota.wanted + least(reserve_quota.spare, (room - reserve_quota.wanted) / 16);
    insert into quota_grant (node_id, cache_id, tenant_id, bytes)
    values (reserve_quota.node, reserve_quota.cache, reserve_quota.tenant, granted)
    on conflict on constraint quota_grant_pk do update set bytes = excluded.bytes;
end
$$;
comment on function reserve_quota is
    'Reserves room for the uploads of a server into a cache, in place of what it had, and some to spare if there is plenty.'
    ' granted: how much, -1 where there is no quota, null where there is no room: then of_cache says whose quota is full';

-- What came without being reserved, rows of files that are stored already: counted by its rows of the ledger, before they are
-- committed. The lock is held until then, so that two that fit alone do not pass together.
create or replace function quota_passed(tenant integer, cache integer, out of_cache boolean, out used bigint, out most bigint)
    language plpgsql
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
declare
    cache_most  bigint;
    tenant_most bigint;
    at_most     bigint;
begin
    perform pg_advisory_xact_lock(hashtextextended('quota ' || quota_passed.tenant, 0));
    select c.max_bytes, t.max_bytes into cache_most, tenant_most
    from cache c join tenant t on t.id = c.tenant_id where c.id = quota_passed.cache;
    -- as if nothing of what came were there before: where that fits, nobody need count which files are new
    select coalesce((select u.stored_bytes from tenant_usage u where u.tenant_id = quota_passed.tenant), 0)
         + coalesce((select sum(l.bytes) from usage_ledger l
                     where l.tenant_id = quota_passed.tenant and l.bytes > 0 and l.files >= 0), 0)
         + coalesce((select sum(g.bytes) from quota_grant g where g.tenant_id = quota_passed.tenant), 0) into at_most;
    if at_most <= least(cache_most, tenant_most) or cache_most is null and tenant_most is null then
        return;
    end if;
    if cache_most is not null then
        select true, u.stored_bytes + coalesce((select sum(g.bytes) from quota_grant g
                                                where g.tenant_id = quota_passed.tenant and g.cache_id = quota_passed.cache), 0),
               cache_most
          into of_cache, used, most
        from usage_of_cache(quota_passed.tenant, quota_passed.cache) u;
        if used > most then
            return;
        end if;
    end if;
    if tenant_most is not null then
        select false, u.stored_bytes + coalesce((select sum(g.bytes) from quota_grant g where g.tenant_id = quota_passed.tenant), 0),
               tenant_most
          into of_cache, used, most
        from usage_of_tenant(quota_passed.tenant) u;
        if used > most then
            return;
        end if;
    end if;
    of_cache := null;
end
$$;
comment on function quota_passed is
    'Whether what the transaction added passes the quota of its cache (of_cache) or of its tenant, with what is reserved; null:'
    ' it passes neither. Until the end of the transaction nobody else asks for that tenant';

revoke all on function ledger_paths_added, ledger_paths_removed, ledger_files_added, ledger_files_removed,
    ledger_file_exchanged, ledger_documents_added, ledger_documents_removed, ledger_document_exchanged, counted_bytes,
    usage_of_cache, usage_of_tenant, fold_usage, quota_warnings, quota_passed, prove_usage,
    prove_tenant_usage, reserve_quota from public;
grant execute on function counted_bytes, usage_of_cache, usage_of_tenant, fold_usage, quota_warnings, quota_passed, prove_usage,
    prove_tenant_usage, reserve_quota to ${app};
