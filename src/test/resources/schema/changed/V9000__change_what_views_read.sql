-- A column gives way to another of its name, as where its content has to be computed anew.
alter table token add column told text not null default '';
update token set told = note;
alter table token drop column note;
alter table token rename column told to note;

-- columns of other types: one that views read, and one that a policy reads
alter table nar_download alter column bytes_sent type numeric;
alter table legal_hold alter column tenant_id type bigint;
