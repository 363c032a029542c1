-- Describes a migrated database in text. SchemaIT compares it with golden.txt; "psql -At -f" shows it for any database.
-- Of the months of the record the present one is described, for all of them.
-- schemas
select 'schema ' || n.nspname || ' owner ' || n.nspowner::regrole || coalesce(' -- ' || obj_description(n.oid, 'pg_namespace'), '')
       || coalesce(e'\n' || (select string_agg('  grant ' || a.what || ' to ' || a.who, e'\n' order by a.who)
                              from (select case x.grantee when 0 then 'public' else x.grantee::regrole::text end as who,
                                           string_agg(x.privilege_type, ', ' order by x.privilege_type) as what
                                      from aclexplode(n.nspacl) x group by x.grantee) a), '')
  from pg_namespace n
 where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
 order by n.nspname;

-- tables, views and sequences
with relation as (
    select c.*, n.nspname || '.' || c.relname as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('public', 'audit') and c.relname not like 'flyway%' and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
       and (not c.relispartition or c.relname like '%' || to_char(now() at time zone 'UTC', '\_YYYYMM'))
), line as (
    select r.name, 1 as part, '' as key,
           case r.relkind when 'v' then 'view ' when 'S' then 'sequence ' when 'm' then 'materialized view ' when 'f' then 'foreign table '
                          else 'table ' end
           || r.name || ' owner ' || r.relowner::regrole || case r.relpersistence when 'p' then '' else ' persistence ' || r.relpersistence::text end
           || coalesce(' partition by ' || pg_get_partkeydef(r.oid), '')
           || coalesce(' partition of ' || (select i.inhparent::regclass::text from pg_inherits i where i.inhrelid = r.oid)
                       || ' ' || pg_get_expr(r.relpartbound, r.oid), '')
           || coalesce(' with ' || array_to_string(r.reloptions, ', '), '')
           || case when r.relrowsecurity then ' row level security' else '' end
           || case when r.relforcerowsecurity then ' forced' else '' end
           || coalesce(' -- ' || obj_description(r.oid, 'pg_class'), '') as text
      from relation r
    union all
    select r.name, 2, to_char(a.attnum, '000'),
           '  column ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
           || case when a.attcollation <> t.typcollation then ' collate ' || a.attcollation::regcollation else '' end
           || case when a.attnotnull then ' not null' else '' end
           || case a.attidentity when 'a' then ' identity always' when 'd' then ' identity by default' else '' end
           || coalesce(case a.attgenerated when '' then ' default ' else ' generated ' end || pg_get_expr(d.adbin, d.adrelid), '')
           || coalesce(' -- ' || col_description(a.attrelid, a.attnum), '')
      from relation r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
           join pg_type t on t.oid = a.atttypid
           left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where r.relkind <> 'S'
    union all
    select r.name, 3, k.conname, '  constraint ' || k.conname || ' ' || pg_get_constraintdef(k.oid)
           || coalesce(' -- ' || obj_description(k.oid, 'pg_constraint'), '')
      from relation r join pg_constraint k on k.conrelid = r.oid
    union all
    select r.name, 4, i.indexrelid::regclass::text, '  ' || pg_get_indexdef(i.indexrelid)
           || coalesce(' -- ' || obj_description(i.indexrelid, 'pg_class'), '')
      from relation r join pg_index i on i.indrelid = r.oid
    union all
    select r.name, 5, t.tgname, '  ' || pg_get_triggerdef(t.oid) || case t.tgenabled when 'O' then '' else ' ' || t.tgenabled::text end
           || coalesce(' -- ' || obj_description(t.oid, 'pg_trigger'), '')
      from relation r join pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal
    union all
    select r.name, 6, p.polname, '  policy ' || p.polname || ' for ' || p.polcmd::text || case when p.polpermissive then '' else ' restrictive' end
           || ' to ' || (select string_agg(case x when 0 then 'public' else x::regrole::text end, ', ') from unnest(p.polroles) x)
           || coalesce(' using ' || pg_get_expr(p.polqual, p.polrelid), '')
           || coalesce(' with check ' || pg_get_expr(p.polwithcheck, p.polrelid), '')
      from relation r join pg_policy p on p.polrelid = r.oid
    union all
    select r.name, 7, '', '  sequence ' || format_type(s.seqtypid, null) || ' start ' || s.seqstart || ' increment ' || s.seqincrement
           || ' from ' || s.seqmin || ' to ' || s.seqmax || ' cache ' || s.seqcache || case when s.seqcycle then ' cycle' else '' end
           || ' of ' || (select d.refobjid::regclass || '.' || a.attname
                           from pg_depend d join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
                          where d.objid = r.oid and d.deptype in ('a', 'i') and d.classid = 'pg_class'::regclass)
      from relation r join pg_sequence s on s.seqrelid = r.oid
    union all
    select r.name, 8, '', pg_get_viewdef(r.oid) from relation r where r.relkind in ('v', 'm')
    union all
    select r.name, 9, x.grantee::regrole::text || coalesce(x.attname, ''),
           '  grant ' || string_agg(x.privilege_type || case when x.is_grantable then ' with grant option' else '' end, ', '
                                    order by x.privilege_type)
           || coalesce(' (' || x.attname || ')', '')
           || ' to ' || case x.grantee when 0 then 'public' else x.grantee::regrole::text end
      from (select r.oid, r.name, null::name as attname, a.* from relation r cross join lateral aclexplode(r.relacl) a
            union all
            select r.oid, r.name, t.attname, a.*
              from relation r join pg_attribute t on t.attrelid = r.oid cross join lateral aclexplode(t.attacl) a) x
           join relation r on r.oid = x.oid
     group by r.name, x.grantee, x.attname
)
select text from line order by name collate "C", part, key collate "C";

-- the months
select 'months of ' || i.inhparent::regclass || ': ' || string_agg(i.inhrelid::regclass::text, ' ' order by i.inhrelid::regclass::text)
  from pg_inherits i join pg_class c on c.oid = i.inhrelid and c.relkind in ('r', 'p')
 group by i.inhparent
 order by i.inhparent::regclass::text collate "C";

-- functions, less those of extensions
select 'function ' || n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ') owner ' || p.proowner::regrole
       || coalesce(' -- ' || obj_description(p.oid, 'pg_proc'), '') || e'\n'
       || case p.prokind when 'a' then 'aggregate of ' || (select a.aggtransfn || ' state ' || format_type(a.aggtranstype, null)
                                                                  || coalesce(' begins ' || a.agginitval, '')
                                                             from pg_aggregate a where a.aggfnoid = p.oid)
                         else rtrim(pg_get_functiondef(p.oid), e'\n') end
       || coalesce(e'\n' || (select string_agg('  grant ' || a.what || ' to ' || a.who, e'\n' order by a.who)
                              from (select case x.grantee when 0 then 'public' else x.grantee::regrole::text end as who,
                                           string_agg(x.privilege_type, ', ' order by x.privilege_type) as what
                                      from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x group by x.grantee) a), '')
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
 where n.nspname in ('public', 'audit')
   and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
 order by n.nspname, p.proname collate "C", pg_get_function_identity_arguments(p.oid) collate "C";

-- types that are no table's and no extension's
select 'type ' || t.typnamespace::regnamespace || '.' || t.typname || ' ' || t.typtype::text
  from pg_type t
 where t.typnamespace::regnamespace::text in ('public', 'audit') and t.typelem = 0
   and (t.typrelid = 0 or exists (select from pg_class c where c.oid = t.typrelid and c.relkind = 'c'))
   and not exists (select from pg_depend d where d.classid = 'pg_type'::regclass and d.objid = t.oid and d.deptype = 'e')
 order by 1;

-- roles
select 'role ' || r.rolname || case when r.rolcanlogin then ' login' else '' end || case when r.rolsuper then ' superuser' else '' end
       || case when r.rolcreaterole then ' createrole' else '' end || case when r.rolcreatedb then ' createdb' else '' end
       || case when r.rolbypassrls then ' bypassrls' else '' end
       || coalesce(' member of ' || (select string_agg(m.roleid::regrole::text, ', ' order by m.roleid::regrole::text)
                                       from pg_auth_members m where m.member = r.oid), '')
       || coalesce(' set ' || (select string_agg(array_to_string(s.setconfig, ', '), '; ')
                                 from pg_db_role_setting s where s.setrole = r.oid), '')
  from pg_roles r
 where r.rolname in ('narthex_owner', 'narthex_app', 'narthex_auditor', 'narthex_audit_views', 'narthex_audit_readers')
 order by r.rolname;

-- the database
select 'database grant ' || string_agg(x.privilege_type, ', ' order by x.privilege_type) || ' to '
       || case x.grantee when 0 then 'public' else x.grantee::regrole::text end
  from pg_database d cross join lateral aclexplode(d.datacl) x
 where d.datname = current_database()
 group by x.grantee
 order by x.grantee::regrole::text;
select 'default privileges of ' || d.defaclrole::regrole || ': ' || d.defaclacl::text from pg_default_acl d order by 1;
select 'extension ' || e.extname from pg_extension e order by 1;
select 'event trigger ' || t.evtname from pg_event_trigger t order by 1;

-- rows that are there from the start
select 'row of ' || c.oid::regclass || ': ' || x.line
  from pg_class c
       cross join lateral unnest(xpath('/table/row/line/text()', query_to_xml(format(
           'select (select string_agg(k.key || ''='' || k.value, '' '' order by k.key collate "C") from jsonb_each_text(to_jsonb(t)) k'
           ' where k.key !~ ''(_at|^at)$'') as line from %s t', c.oid::regclass), false, false, ''))) as x(line)
 where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not c.relispartition and c.relname not like 'flyway%'
 order by 1;
