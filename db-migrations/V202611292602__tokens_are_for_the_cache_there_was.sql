-- A plain name in a token is the cache that had it when the token was made, and no later one.

alter table token
    add column cache_ids integer[] not null default '{}',
    add constraint token_cache_ids_beside_caches
        check (cardinality(cache_ids) = 0 or cardinality(cache_ids) = cardinality(caches));
comment on column token.caches is
    'Names or patterns (release-*) of caches, tenant/cache for a token of the server; empty: all. A name is the cache in'
    ' cache_ids alone, a pattern also what will be named so';
comment on column token.cache_ids is
    'In the order of caches: the cache that a plain name meant when the token was made; null: a pattern';

-- A token that is there is for the cache that had the name when it was made, else for the first that came by it.
update token k set cache_ids = array(
    select case when n.name not like '%*%' then (
               select c.id
                 from cache c join tenant t on t.id = c.tenant_id
                where case when k.tenant_id is null then t.name || '/' || c.name = n.name
                           else t.id = k.tenant_id and c.name = n.name end
                order by c.created_at <= k.created_at
                             and coalesce(least(c.deleted_at, t.deleted_at), 'infinity') > k.created_at desc,
                         c.created_at > k.created_at desc, c.created_at, c.id
                limit 1) end
      from unnest(k.caches) with ordinality as n(name, place)
     order by n.place)
where k.caches <> '{}';
