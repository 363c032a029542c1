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

-- All that is queued is filled in first, so that no path is missed that was there when the rule was made. Because of offset 0
-- every look-up uses an index.
create or replace function paths_to_deny(cache integer, rule denial) returns setof integer
    language plpgsql
    security definer
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
declare
    scopes integer[];
begin
    perform pg_advisory_xact_lock(hashtext('narthex-path-edges'));
    while fill_path_edges(10000) > 0 loop
    end loop;
    select array_agg(s.scope) into scopes
    from (select c.id as scope from cache c where paths_to_deny.cache is null or c.id = paths_to_deny.cache
          union all
          select -n.id from nix_store n
          where paths_to_deny.cache is null
             or exists (select from cache c where c.id = paths_to_deny.cache and 'local-store' = any (c.sources))) s;
    return query
    with recursive dark(id) as (
        (select p.id from store_path p where is_denied_name(rule, p.base_name)
         union
         select p.id
         from (select store_path_base_name(u.hash, u.name) as base from uploaded_path u
                where u.nar_hash = rule.nar_hash and u.cache_id = any (scopes)
               union
               select store_path_base_name(l.hash, l.name) from local_path l
                where l.nar_hash = rule.nar_hash and -l.store_id = any (scopes)) n
              join store_path p on p.base_name = n.base)
        union
        select e.referrer
        from dark d cross join lateral (select x.referrer from path_edge x
                                         where x.reference = d.id and x.scope = any (scopes) offset 0) e
        where rule.dependents
    )
    select d.id from dark d;
end
$$;
comment on function paths_to_deny is
    'Numbers of the paths that a rule makes dark in a cache (null: in all), with all that needs them where the rule says so';

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

revoke all on function is_denied_name, denial_of, paths_to_deny, deny_paths, deny_added_paths, is_withheld from public;
grant execute on function is_denied_name, denial_of, paths_to_deny, deny_paths, is_withheld to ${app};
