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

-- What waits in the queue is filled in first where it is little, as it is but for seconds after many paths were indexed. The rest is
-- judged when it is taken from the queue.
create or replace function fill_some_edges() returns void
    language plpgsql
    set search_path = public, pg_temp
as
$$
begin
    for n in 1..3 loop
        exit when fill_path_edges(1000) < 1000;
    end loop;
end
$$;
comment on function fill_some_edges is 'Fills in the references of some thousand paths that are queued';

create or replace function denied_by_themselves(cache integer, rule denial) returns setof integer
    language plpgsql
    set search_path = public, pg_temp
as
$$
declare
    scopes integer[] := denial_scopes(denied_by_themselves.cache);
begin
    -- what an upstream told may have no number yet
    insert into store_path (base_name)
    select n.base
    from (select store_path_base_name(u.hash, u.name) as base from upstream_path u
           where u.cache_id = any (scopes) and (u.name like rule.like_form or u.hash = rule.hash or u.nar_hash = rule.nar_hash)
          union
          select r.base from upstream_path u cross join lateral unnest(u.refs) as r(base)
           where u.cache_id = any (scopes) and rule.dependents and rule.nar_hash is null and is_denied_name(rule, r.base)) n
    where not exists (select from store_path p where p.base_name = n.base)
    on conflict do nothing;
    if rule.pattern is not null then
        return query select p.id from store_path p where substr(p.base_name, 34) like rule.like_form;
    elsif rule.hash is not null then
        return query
        select p.id from store_path p
        where p.base_name >= store_path_base_name(rule.hash, '') and p.base_name < store_path_base_name(rule.hash, '') || '~';
    else
        return query
        select p.id
        from (select store_path_base_name(u.hash, u.name) as base from uploaded_path u
               where u.nar_hash = rule.nar_hash and u.cache_id = any (scopes)
              union
              select store_path_base_name(l.hash, l.name) from local_path l
               where l.nar_hash = rule.nar_hash and -l.store_id = any (scopes)
              union
              select store_path_base_name(u.hash, u.name) from upstream_path u
               where u.nar_hash = rule.nar_hash and u.cache_id = any (scopes)) n
             join store_path p on p.base_name = n.base;
    end if;
end
$$;
comment on function denied_by_themselves is
    'Numbers of the paths that a rule of a cache (null: of the server) names, whoever holds them, without what needs them';

create or replace function paths_to_deny(cache integer, rule denial) returns setof integer
    language plpgsql
    security definer
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
declare
    scopes integer[] := denial_scopes(paths_to_deny.cache);
begin
    perform fill_some_edges();
    if rule.dependents then
        insert into store_path (base_name)
        select n.base
        from (select store_path_base_name(u.hash, u.name) as base from upstream_path u where u.cache_id = any (scopes)) n
        where not exists (select from store_path p where p.base_name = n.base)
        on conflict do nothing;
    end if;
    return query
    select d from dependents_of(array(select denied_by_themselves(paths_to_deny.cache, rule)),
                                case when rule.dependents then scopes else '{}' end) d;
end
$$;
comment on function paths_to_deny is
    'Numbers of the paths that a rule would make dark in a cache (null: in all), with all that needs them where the rule says so, whoever'
    ' holds them';

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

-- An older form of it wrote all in one piece and gave how many.
do
$$
begin
    if exists (select from pg_proc p where p.oid = to_regprocedure('deny_paths(bigint)') and p.prorettype = 'bigint'::regtype) then
        drop function deny_paths(bigint);
    end if;
end
$$;

-- They have no rows of path_edge yet. It reads all that is queued, so it is asked when all else that the rule reaches is dark. Without
-- nested loops, but where offset 0 leaves no other way: PostgreSQL knows nothing of what was queued just now.
create or replace function deny_queued_paths(denial bigint, scopes integer[]) returns integer
    language plpgsql
    set search_path = public, pg_temp
    set enable_nestloop = off
as
$$
#variable_conflict use_column
declare
    names text[];
    dark  integer;
begin
    -- more wait only behind the index of a large store: to look through them would take many seconds, while pushes wait
    if not exists (select from path_queue) or (select count(*) from (select from path_queue limit 100001) q) > 100000 then
        return 0;
    end if;
    names := array(
        with recursive edge as materialized (
            select store_path_base_name(q.hash, q.name) as base, r.base as reference
            from (select distinct x.scope, x.hash, x.name from path_queue x where x.scope = any (deny_queued_paths.scopes)) q
                 cross join lateral (
                     select u.refs from uploaded_path u
                      where q.scope > 0 and u.cache_id = q.scope and u.hash = q.hash and u.name = q.name
                     union all
                     select l.refs from local_path l
                      where q.scope < 0 and l.store_id = -q.scope and l.hash = q.hash and l.name = q.name
                     offset 0) c
                 cross join lateral unnest(c.refs) as r(base)
        ),
        needed(base) as (
            select n.reference
            from (select distinct e.reference from edge e) n
                 join denial d on d.id = deny_queued_paths.denial
            where is_denied_name(d, n.reference)
               or exists (select
                          from (select x.id from store_path x where x.base_name = n.reference offset 0) p
                               cross join lateral (select from denied_path y
                                                    where y.denial_id = deny_queued_paths.denial and y.path_id = p.id
                                                      and not y.outdated offset 0) z)
            union
            select e.base from needed n join edge e on e.reference = n.base
        )
        select distinct e.base from edge e where exists (select from needed n where n.base = e.reference));
    insert into store_path (base_name)
    select n.base from unnest(names) as n(base)
    where not exists (select from store_path p where p.base_name = n.base offset 0)
    on conflict do nothing;
    insert into denied_path as x (denial_id, path_id, spread)
    select deny_queued_paths.denial, p.id, false
    from unnest(names) as n(base) cross join lateral (select y.id from store_path y where y.base_name = n.base offset 0) p
    on conflict on constraint denied_path_pk do update set outdated = false, spread = false where x.outdated;
    get diagnostics dark = row_count;
    return dark;
end
$$;
comment on function deny_queued_paths is
    'Makes dark what needs the paths that a rule makes dark and waits in path_queue, and gives how many paths that were';

-- Depth first, by a thousand paths at a time, so that little is left to be remembered where it stops. Because of offset 0 every look-up
-- uses an index.
create or replace function spread_denial(denial bigint, most integer) returns boolean
    language plpgsql
    security definer
    set search_path = public, pg_temp
    set enable_seqscan = off
as
$$
#variable_conflict use_column
declare
    at_a_time constant integer := least(1000, spread_denial.most);
    rule   denial;
    scopes integer[];
    told   boolean;
    front  integer[] := '{}';
    asked  integer[];
    needy  integer[];
    names  text[];
    dark   integer := 0;
    looked integer := 0;
begin
    perform pg_advisory_xact_lock(hashtextextended('denial', 0));
    -- who fills edges has ended then, or begins when this has: a path and what needs it are not missed by both
    perform pg_advisory_xact_lock(hashtext('narthex-path-edges'));
    select * into rule from denial d where d.id = spread_denial.denial;
    if not found then
        return false;
    end if;
    scopes := denial_scopes(rule.cache_id);
    told := exists (select from upstream_path u where u.cache_id = any (scopes));
    -- pushes wait meanwhile, also while nothing is found that needs what was looked at
    while dark < most and looked < most loop
        if cardinality(front) = 0 then
            with taken as (
                update denied_path x set spread = true
                where x.ctid = any (array(select y.ctid from denied_path y where y.denial_id = rule.id and not y.spread limit at_a_time))
                returning x.path_id
            )
            select coalesce(array_agg(path_id), '{}') into front from taken;
            exit when cardinality(front) = 0;
        end if;
        asked := front[1:at_a_time];
        front := front[at_a_time + 1:];
        needy := array(
            select distinct e.referrer
            from unnest(asked) as f(id)
                 cross join lateral (select x.referrer from path_edge x
                                      where x.reference = f.id and x.scope = any (scopes) offset 0) e
            where not exists (select from denied_path x
                               where x.denial_id = rule.id and x.path_id = e.referrer and not x.outdated offset 0)
            limit most);
        if cardinality(needy) = most then
            -- these may be needed by more
            front := asked || front;
        elsif told then
            names := array(select p.base_name::text from unnest(asked) as f(id)
                                  cross join lateral (select x.base_name from store_path x where x.id = f.id offset 0) p);
            insert into store_path (base_name)
            select store_path_base_name(u.hash, u.name) from upstream_path u where u.refs && names and u.cache_id = any (scopes)
            on conflict do nothing;
            needy := array(
                select unnest(needy)
                union
                select p.id
                from upstream_path u
                     cross join lateral (select x.id from store_path x
                                          where x.base_name = store_path_base_name(u.hash, u.name) offset 0) p
                where u.refs && names and u.cache_id = any (scopes)
                  and not exists (select from denied_path x
                                   where x.denial_id = rule.id and x.path_id = p.id and not x.outdated offset 0));
        end if;
        insert into denied_path as x (denial_id, path_id)
        select rule.id, n from unnest(needy) as n
        on conflict on constraint denied_path_pk do update set outdated = false, spread = true;
        dark := dark + cardinality(needy);
        looked := looked + cardinality(asked);
        front := needy || front;
    end loop;
    update denied_path x set spread = false from unnest(front) as f(id) where x.denial_id = rule.id and x.path_id = f.id;
    if exists (select from denied_path x where x.denial_id = rule.id and not x.spread)
       or rule.dependents and deny_queued_paths(rule.id, scopes) > 0 then
        return true;
    end if;
    delete from denied_path x where x.denial_id = rule.id and x.outdated;
    if found then
        update denial d set rewritten = pg_current_xact_id() where d.id = rule.id;
    end if;
    return false;
end
$$;
comment on function spread_denial is
    'Makes dark some more of what needs the paths that a rule makes dark, about so many, and says whether there may be more';

create or replace function deny_paths(denial bigint) returns boolean
    language plpgsql
    security definer
    set search_path = public, pg_temp
as
$$
#variable_conflict use_column
declare
    rule denial;
begin
    perform pg_advisory_xact_lock(hashtextextended('denial', 0));
    perform pg_advisory_xact_lock(hashtext('narthex-path-edges'));
    perform fill_some_edges();
    select * into rule from denial d where d.id = deny_paths.denial;
    -- what an earlier form of the rule has not come to yet needs nothing any more
    update denied_path x set outdated = true, spread = true where x.denial_id = rule.id;
    insert into denied_path as x (denial_id, path_id, spread)
    select rule.id, p, not rule.dependents from denied_by_themselves(rule.cache_id, rule) as p
    on conflict on constraint denied_path_pk do update set outdated = false, spread = excluded.spread;
    return spread_denial(rule.id, 20000);
end
$$;
comment on function deny_paths is
    'Writes down anew which paths a rule makes dark, as far as a second or so allows, and says whether there may be more';

create or replace function unfinished_denial() returns bigint
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select x.denial_id from denied_path x join denial d on d.id = x.denial_id where not x.spread order by x.denial_id limit 1
$$;
comment on function unfinished_denial is 'A rule of which not all is written down yet; null: there is none';

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
    -- what needs them may have been filled in before
    insert into denied_path (denial_id, path_id, spread)
    select d.id, a.id, not d.dependents
    from unnest(paths) as a(id)
         cross join lateral (select x.base_name from store_path x where x.id = a.id offset 0) p
         join denial d on is_denied_name(d, p.base_name)
    on conflict do nothing;
    get diagnostics added = row_count;
    insert into denied_path (denial_id, path_id, spread)
    select d.id, p.id, not d.dependents
    from denial d
         cross join lateral (select denial_scopes(d.cache_id) as scopes offset 0) s
         cross join lateral (
             select store_path_base_name(u.hash, u.name) as base from uploaded_path u
              where u.nar_hash = d.nar_hash and u.cache_id = any (s.scopes)
             union
             select store_path_base_name(l.hash, l.name) from local_path l
              where l.nar_hash = d.nar_hash and l.store_id = any (array(select -x from unnest(s.scopes) as x))
             offset 0) n
         cross join lateral (select x.id from store_path x where x.base_name = n.base offset 0) p
    where d.nar_hash is not null and p.id = any (paths)
    on conflict do nothing;
    get diagnostics more = row_count;
    added := added + more;
    loop
        insert into denied_path (denial_id, path_id, spread)
        select distinct x.denial_id, a.id, false
        from unnest(paths) as a(id)
             cross join lateral (select e.reference from path_edge e where e.referrer = a.id offset 0) e
             cross join lateral (select y.denial_id from denied_path y where y.path_id = e.reference offset 0) x
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
    base text;
    told integer;
    rule denial;
begin
    if not exists (select from denial d where d.dependents) then
        return null;
    end if;
    -- not before: it takes ten times as long as all the rest of a row
    base := store_path_base_name(new.hash, new.name);
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

-- In place of a foreign key, whose check is the larger part of a row's time: nobody adds rows of a rule while it goes. Whoever changes
-- rules takes the locks before any row, in the order of spread_denial.
create or replace function lock_denial() returns trigger
    language plpgsql
    security definer
    set search_path = public, pg_temp
as
$$
begin
    perform pg_advisory_xact_lock(hashtextextended('denial', 0));
    if tg_op = 'DELETE' then
        -- who fills edges adds rows too
        perform pg_advisory_xact_lock(hashtext('narthex-path-edges'));
    end if;
    return null;
end
$$;
create or replace function forget_denied_paths() returns trigger
    language plpgsql
    security definer
    set search_path = public, pg_temp
as
$$
begin
    delete from denied_path x where x.denial_id in (select g.id from gone g);
    return null;
end
$$;
create or replace trigger lock_denial before insert or update or delete on denial for each statement execute function lock_denial();
create or replace trigger forget_denied_paths after delete on denial referencing old table as gone
    for each statement execute function forget_denied_paths();

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

revoke all on function is_denied_name, denial_of, denial_scopes, dependents_of, fill_some_edges, denied_by_themselves, paths_to_deny,
    count_denied, deny_queued_paths, spread_denial, deny_paths, unfinished_denial, deny_added_paths, deny_told_path, deny_shown_paths, lock_denial,
    forget_denied_paths, is_withheld from public;
grant execute on function is_denied_name, denial_of, denial_scopes, paths_to_deny, count_denied, spread_denial, deny_paths,
    unfinished_denial, is_withheld to ${app};
