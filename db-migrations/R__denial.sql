-- Repeatable: runs again, with all others, when any migration changes: ${migrations}
-- What rules make dark. Whoever adds a path to a cache judges it here, under a lock that a new rule waits for.

create or replace function is_denied_name(denial denial, base_name text) returns boolean
    language sql
    immutable
as
$$
    select substr(base_name, 34) like denial.like_form or starts_with(base_name, store_path_base_name(denial.hash, ''))
$$;
comment on function is_denied_name is 'Whether a rule denies a path by its name, or by its hash part';

create or replace function denial_of(cache integer, base_name text, nar_hash bytea, refs text[]) returns text
    language plpgsql
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
begin
    -- first the lock, then the query with its own snapshot: a rule is made or changed under this lock alone
    perform pg_advisory_xact_lock_shared(hashtextextended('denial', 0));
    return (
        select d.name || ': ' || d.reason
        from denial d
        where (d.cache_id is null or d.cache_id = denial_of.cache) and (d.until is null or d.until > now())
          and (is_denied_name(d, denial_of.base_name) or d.nar_hash = denial_of.nar_hash
               or d.dependents and exists (
                   select from unnest(denial_of.refs) as r(base)
                   where r.base <> denial_of.base_name
                     and (is_denied_name(d, r.base)
                          or exists (select from store_path p join denied_path x on x.path_id = p.id
                                      where p.base_name = r.base and x.denial_id = d.id))))
        order by d.id
        limit 1);
end
$$;
comment on function denial_of is
    'The name and reason of a rule that denies a path to a cache, by its own name, hashes and references; null: there is none.'
    ' No rule is made until the end of the transaction';

create or replace function denial_scopes(cache integer) returns integer[]
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    with recursive shown(id) as (
        select c.id from cache c where denial_scopes.cache is null or c.id = denial_scopes.cache
        union
        select o.id
        from shown s
             join cache c on c.id = s.id
             cross join lateral unnest(c.sources) as x(source)
             join tenant t on t.deleted_at is null and t.name = split_part(substr(x.source, 7), '/', 1)
             join cache o on o.tenant_id = t.id and o.deleted_at is null and o.name = split_part(x.source, '/', 2)
        where x.source like 'cache:%'
    )
    select array(select s.id from shown s
                 union all
                 select -n.id from nix_store n
                  where denial_scopes.cache is null
                     or exists (select from shown s join cache c on c.id = s.id where 'local-store' = any (c.sources)))
$$;
comment on function denial_scopes is
    'Where a rule of a cache (null: of the server) finds what needs a denied path: that cache, those that it shows, and the machines'' stores'
    ' (negative) that one of them shows';

-- Because of offset 0 and without scans of tables every look-up uses an index, whatever PostgreSQL's statistics say.
create or replace function dependents_of(paths integer[], scopes integer[]) returns setof integer
    language plpgsql
    stable
    set search_path = public, pg_temp
    set enable_seqscan = off
as
$$
declare
    dark  integer[] := dependents_of.paths;
    front integer[] := dependents_of.paths;
    names text[];
    told  boolean := exists (select from upstream_path u where u.cache_id = any (dependents_of.scopes));
begin
    while cardinality(front) > 0 loop
        front := array(
            with recursive needs(id) as (
                select unnest(front)
                union
                select e.referrer
                from needs n cross join lateral (select x.referrer from path_edge x
                                                  where x.reference = n.id and x.scope = any (dependents_of.scopes) offset 0) e
            )
            select n.id from needs n);
        dark := array(select unnest(dark) union select unnest(front));
        exit when not told;
        names := array(select p.base_name::text from unnest(front) as f(id)
                              cross join lateral (select x.base_name from store_path x where x.id = f.id offset 0) p);
        front := array(select p.id
                       from upstream_path u
                            cross join lateral (select x.id from store_path x
                                                 where x.base_name = store_path_base_name(u.hash, u.name) offset 0) p
                       where u.refs && names and u.cache_id = any (dependents_of.scopes)
                       except select unnest(dark));
    end loop;
    return query select unnest(dark);
end
$$;
comment on function dependents_of is 'Numbers of these paths and of all that needs them, in those scopes and in what upstreams told their caches';

-- All that is queued is filled in first, so that no path is missed that was there when the rule was made.
create or replace function paths_to_deny(cache integer, rule denial) returns setof integer
    language plpgsql
    security definer
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
declare
    scopes integer[] := denial_scopes(paths_to_deny.cache);
    dark   integer[];
begin
    perform pg_advisory_xact_lock(hashtext('narthex-path-edges'));
    while fill_path_edges(10000) > 0 loop
    end loop;
    insert into store_path (base_name)
    select n.base
    from (select store_path_base_name(u.hash, u.name) as base from upstream_path u
           where u.cache_id = any (scopes) and (rule.dependents or u.nar_hash = rule.nar_hash)
          union
          select r.base from upstream_path u cross join lateral unnest(u.refs) as r(base)
           where u.cache_id = any (scopes) and rule.dependents and is_denied_name(rule, r.base)) n
    where not exists (select from store_path p where p.base_name = n.base)
    on conflict do nothing;
    select array_agg(x.id) into dark
    from (select p.id from store_path p where is_denied_name(rule, p.base_name)
          union
          select p.id
          from (select store_path_base_name(u.hash, u.name) as base from uploaded_path u
                 where u.nar_hash = rule.nar_hash and u.cache_id = any (scopes)
                union
                select store_path_base_name(l.hash, l.name) from local_path l
                 where l.nar_hash = rule.nar_hash and -l.store_id = any (scopes)
                union
                select store_path_base_name(u.hash, u.name) from upstream_path u
                 where u.nar_hash = rule.nar_hash and u.cache_id = any (scopes)) n
               join store_path p on p.base_name = n.base) x;
    return query select d from dependents_of(dark, case when rule.dependents then scopes else '{}' end) d;
end
$$;
comment on function paths_to_deny is
    'Numbers of the paths that a rule makes dark in a cache (null: in all), with all that needs them where the rule says so, whoever holds them';

create or replace function count_denied(denial bigint, cache integer) returns bigint
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select count(*) from denied_path x
    where x.denial_id = count_denied.denial
      and (count_denied.cache is null
           or exists (select from path_held h
                       where h.path_id = x.path_id and h.scope = any (array(select unnest(denial_scopes(count_denied.cache))))))
$$;
comment on function count_denied is 'How many paths that a cache shows a rule of it makes dark; of other tenants'' paths nothing is told';

create or replace function deny_paths(denial bigint) returns bigint
    language plpgsql
    security definer
    set search_path = public, pg_temp
as
$$
declare
    rule    denial;
    counted bigint;
begin
    perform pg_advisory_xact_lock(hashtextextended('denial', 0));
    delete from denied_path x where x.denial_id = deny_paths.denial;
    select * into rule from denial d where d.id = deny_paths.denial;
    -- what was queued and is filled in on the way is there already
    insert into denied_path (denial_id, path_id) select rule.id, p from paths_to_deny(rule.cache_id, rule) as p
    on conflict do nothing;
    select count(*) into counted from denied_path x where x.denial_id = deny_paths.denial;
    return counted;
end
$$;
comment on function deny_paths is 'Writes down anew which paths a rule makes dark, and returns how many';

-- Called for paths that were added. What was pushed is judged before; what this machine's Nix registered is not.
create or replace function deny_added_paths(paths integer[]) returns void
    language plpgsql
    security definer
    set search_path = public, pg_temp
as
$$
declare
    added bigint;
    more  bigint;
begin
    if not exists (select from denial) then
        return;
    end if;
    insert into denied_path (denial_id, path_id)
    select d.id, p.id from denial d cross join unnest(paths) as a(id) join store_path p on p.id = a.id
    where is_denied_name(d, p.base_name)
    on conflict do nothing;
    get diagnostics added = row_count;
    loop
        insert into denied_path (denial_id, path_id)
        select distinct x.denial_id, a.id
        from unnest(paths) as a(id)
             cross join lateral (select e.reference from path_edge e where e.referrer = a.id offset 0) e
             join denied_path x on x.path_id = e.reference
             join denial d on d.id = x.denial_id and d.dependents
        on conflict do nothing;
        get diagnostics more = row_count;
        exit when more = 0;
        added := added + more;
    end loop;
    if added > 0 then
        insert into change (kind, subject) values ('denial', 0);
    end if;
end
$$;
comment on function deny_added_paths is 'Adds those of these paths that rules make dark to what is dark, and tells the servers';

-- What an upstream tells after a rule was made is dark with it, and so is what needs that and was told before.
create or replace function deny_told_path() returns trigger
    language plpgsql
    security definer
    set search_path = public, pg_temp
as
$$
declare
    base text := store_path_base_name(new.hash, new.name);
    told integer;
    rule denial;
begin
    if not exists (select from denial d where d.dependents) then
        return null;
    end if;
    perform pg_advisory_xact_lock_shared(hashtextextended('denial', 0));
    insert into store_path (base_name) values (base) on conflict do nothing;
    select p.id into told from store_path p where p.base_name = base;
    for rule in
        select d.* from denial d
        where d.dependents and (d.cache_id is null or new.cache_id = any (denial_scopes(d.cache_id)))
          and (is_denied_name(d, base) or d.nar_hash = new.nar_hash
               or exists (select from unnest(new.refs) as r(name)
                           where r.name <> base
                             and (is_denied_name(d, r.name)
                                  or exists (select from store_path p join denied_path x on x.path_id = p.id
                                              where p.base_name = r.name and x.denial_id = d.id))))
          and not exists (select from denied_path x where x.denial_id = d.id and x.path_id = told)
        order by d.id
    loop
        insert into denied_path (denial_id, path_id)
        select rule.id, p from dependents_of(array[told], denial_scopes(rule.cache_id)) as p
        on conflict do nothing;
        insert into change (kind, subject) values ('denial', 0);
    end loop;
    return null;
end
$$;
create or replace trigger deny_told after insert or update of refs, nar_hash on upstream_path
    for each row execute function deny_told_path();

-- A cache that shows more than before shows more that needs what its rules deny.
create or replace function deny_shown_paths() returns trigger
    language plpgsql
    security definer
    set search_path = public, pg_temp
as
$$
declare
    rule bigint;
begin
    for rule in
        select d.id from denial d
        where d.dependents and d.cache_id is not null and new.id = any (denial_scopes(d.cache_id))
        order by d.id
    loop
        perform deny_paths(rule);
        insert into change (kind, subject) values ('denial', 0);
    end loop;
    return null;
end
$$;
create or replace trigger deny_shown after update of sources on cache
    for each row when (old.sources is distinct from new.sources) execute function deny_shown_paths();

-- For lists: it waits for nobody, and what a rule that is being made will deny may still be in one.
create or replace function is_withheld(cache integer, base_name text, nar_hash bytea) returns boolean
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select exists (
        select from denial d
        where (d.cache_id is null or d.cache_id = is_withheld.cache) and (d.until is null or d.until > now())
          and (is_denied_name(d, is_withheld.base_name) or d.nar_hash = is_withheld.nar_hash
               or exists (select from store_path p join denied_path x on x.path_id = p.id
                           where p.base_name = is_withheld.base_name and x.denial_id = d.id)))
$$;
comment on function is_withheld is 'Whether a rule denies a path that a cache holds';

revoke all on function is_denied_name, denial_of, denial_scopes, dependents_of, paths_to_deny, count_denied, deny_paths,
    deny_added_paths, deny_told_path, deny_shown_paths, is_withheld from public;
grant execute on function is_denied_name, denial_of, denial_scopes, paths_to_deny, count_denied, deny_paths, is_withheld to ${app};
