-- sys_* names beside pg_*, as KingbaseES has them. Run once by initdb in template1, in single-user mode
-- (statements end with a semicolon and an empty line). The rows of kingbase_lab_names come from keys.json.
set allow_system_table_mods = on;

-- Every pg_x() function also as sys_x(): a second row of the catalog, so that rights and defaults are the same.
insert into pg_proc
select pg_nextoid('pg_proc', 'oid', 'pg_proc_oid_index'), 'sys_' || substr(p.proname, 4), p.pronamespace, p.proowner, p.prolang,
       p.procost, p.prorows, p.provariadic, p.prosupport, p.prokind, p.prosecdef, p.proleakproof, p.proisstrict, p.proretset,
       p.provolatile, p.proparallel, p.pronargs, p.pronargdefaults, p.prorettype, p.proargtypes, p.proallargtypes, p.proargmodes,
       p.proargnames, p.proargdefaults, p.protrftypes, p.prosrc, p.probin, p.prosqlbody, p.proconfig, p.proacl
  from pg_proc p
 where p.proname like 'pg\_%' and p.pronamespace = 'pg_catalog'::regnamespace and p.prokind = 'f' and p.proname <> 'pg_reload_conf';

-- Every pg_x catalog and view also as sys_x, with the same rights.
do $do$
declare
  r record;
begin
  for r in
    select c.relname, 'sys_' || substr(c.relname, 4) as renamed
      from pg_class c
     where c.relnamespace = 'pg_catalog'::regnamespace and c.relkind in ('r', 'v') and c.relname like 'pg\_%'
       and c.relname not in ('pg_settings', 'pg_file_settings')
  loop
    execute format('create view pg_catalog.%I as select * from pg_catalog.%I', r.renamed, r.relname);
  end loop;
  update pg_class n
     set relacl = o.relacl
    from pg_class o
   where n.relnamespace = 'pg_catalog'::regnamespace and o.relnamespace = n.relnamespace
     and n.relname like 'sys\_%' and o.relname = 'pg_' || substr(n.relname, 5);
end
$do$;

-- Names and files as the operator wrote them: the server reads translated copies (see keys.json and shadow.py).
create table pg_catalog.kingbase_lab_names (name text primary key, upstream text, convert text, state text not null);

insert into pg_catalog.kingbase_lab_names values
@@NAMES@@;

grant select on pg_catalog.kingbase_lab_names to public;

create function pg_catalog.kingbase_lab_file(shadow text) returns text language sql stable strict as $fn$
  select case
    when shadow !~ '/[0-9a-f]{12}/' or shadow !~ 'kingbase-lab' then shadow
    when shadow ~ '/[0-9a-f]{12}/abs/' then regexp_replace(shadow, '^.*?/[0-9a-f]{12}/abs', '')
    else regexp_replace(shadow, '^.*?/[0-9a-f]{12}', current_setting('data_directory'))
  end
$fn$;

create function pg_catalog.kingbase_lab_value(convert text, value text, unit text) returns text language sql immutable as $fn$
  select case
    when convert = 'segmentsToMegabytes' and unit is not null then (value::bigint / 16)::text
    when convert = 'secondsToSeconds' and unit is not null then (value::bigint / 1000)::text
    when convert = 'secondsToSeconds' then rtrim(value, 's')
    when convert = 'segmentsToMegabytes' then (pg_size_bytes(value) / (16 * 1024 * 1024))::text
    else value
  end
$fn$;

create view pg_catalog.sys_settings as
select coalesce(n.name, s.name) as name,
       kingbase_lab_value(n.convert, s.setting, s.unit) as setting,
       case n.convert when 'segmentsToMegabytes' then null when 'secondsToSeconds' then 's' else s.unit end as unit,
       s.category, s.short_desc, s.extra_desc, s.context, s.vartype, s.source, s.min_val, s.max_val, s.enumvals,
       kingbase_lab_value(n.convert, s.boot_val, s.unit) as boot_val,
       kingbase_lab_value(n.convert, s.reset_val, s.unit) as reset_val,
       kingbase_lab_file(s.sourcefile) as sourcefile, s.sourceline, s.pending_restart
  from pg_settings s left join kingbase_lab_names n on n.state = 'translated' and n.upstream = s.name
union all
select n.name, coalesce(current_setting('kingbase_inert.' || n.name, true), ''), null, 'KingbaseES, kept by the lab without effect',
       'inert in the lab', null, 'sighup', 'string',
       case when f.sourcefile is null then 'default' else 'configuration file' end, null, null, null, '',
       coalesce(current_setting('kingbase_inert.' || n.name, true), ''), f.sourcefile, f.sourceline, false
  from kingbase_lab_names n left join lateral (select null::text as sourcefile, null::int as sourceline) f on true
 where n.state = 'inert';

create view pg_catalog.sys_file_settings as
select kingbase_lab_file(f.sourcefile) as sourcefile, f.sourceline, f.seqno,
       coalesce(n.name, regexp_replace(f.name, '^kingbase_inert\.', '')) as name,
       kingbase_lab_value(n.convert, f.setting, null) as setting, f.applied, f.error
  from pg_file_settings f left join kingbase_lab_names n on n.state = 'translated' and n.upstream = f.name
 where f.name is null or f.name not like 'kingbase\_lab.%' and f.name not in ('hba_file', 'ident_file');

grant select on pg_catalog.sys_settings to public;

-- Rereads our files, then does what pg_reload_conf() does. SECURITY DEFINER for the program call; who may call it is unchanged.
create function pg_catalog.sys_reload_conf() returns boolean language plpgsql volatile security definer set search_path = pg_catalog as $fn$
begin
  if current_setting('kingbase_lab.refresh', true) <> '' then
    execute format('copy (select 1) to program %L', 'cat >/dev/null; sh ' || current_setting('kingbase_lab.refresh'));
  end if;
  return pg_reload_conf();
end
$fn$;

revoke execute on function pg_catalog.sys_reload_conf() from public;

-- Days until the licence ends; 0 where it has no end. The server is not started with an expired one.
create function pg_catalog.get_license_validdays() returns integer language sql stable as $fn$
  select case when current_setting('kingbase_lab.licence_expires', true) ~ '^\d{4}-\d\d-\d\d$'
    then greatest(current_setting('kingbase_lab.licence_expires')::date - current_date, 0) else 0 end
$fn$;

-- V9's role for the cluster user: what repmgr and sys_rewind need without being superuser.
create role kcluster nologin;

grant pg_monitor, pg_read_all_settings, pg_read_all_stats, pg_checkpoint, pg_read_all_data to kcluster;

grant execute on function pg_catalog.pg_ls_dir(text, boolean, boolean), pg_catalog.pg_stat_file(text, boolean),
  pg_catalog.pg_read_binary_file(text), pg_catalog.pg_read_binary_file(text, bigint, bigint, boolean),
  pg_catalog.pg_promote(boolean, integer), pg_catalog.pg_wal_replay_pause(), pg_catalog.pg_wal_replay_resume(),
  pg_catalog.pg_reload_conf(), pg_catalog.sys_reload_conf(), pg_catalog.pg_switch_wal(), pg_catalog.sys_switch_wal() to kcluster;

grant alter system on parameter synchronous_standby_names to kcluster;

create database test;

create database kingbase;

create database security;

drop database postgres;
